"""The Chalice app: registers the blueprints, nothing else."""

from chalice.app import Chalice

from chalicelib.routes import auth, background, blocklist, erasures, openapi, reviews, tenant, verifications

app = Chalice(app_name="countersign")
for part in (auth, verifications, reviews, tenant, blocklist, erasures, openapi, background):
    app.register_blueprint(part.blueprint)
