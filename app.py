"""The Chalice app: registers the blueprints, nothing else."""

from chalice.app import Chalice

from chalicelib.routes import auth, tenant, verifications

app = Chalice(app_name="countersign")
app.register_blueprint(auth.blueprint)
app.register_blueprint(verifications.blueprint)
app.register_blueprint(tenant.blueprint)
