terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 6.0"
    }
  }

  # Where the state is: environments/<environment>.s3.tfbackend, made from the example beside it.
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      application = var.name
      environment = var.environment
    }
  }
}
