"""Static files as production serves them."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files, in which ``import "./b.js"`` names the hashed file too.

    Django leaves module imports alone unless asked (``support_js_module_import_aggregation``).
    """

    support_js_module_import_aggregation = True
