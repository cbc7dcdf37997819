"""Storage of static files in production."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    """Hash and compress static files, and rewrite ``import "./b.js"`` to the hashed name.

    Django rewrites module imports only with ``support_js_module_import_aggregation``.
    """

    support_js_module_import_aggregation = True
