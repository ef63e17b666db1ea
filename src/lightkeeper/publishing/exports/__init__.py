"""An offer in the words of other tools: the route without a marketplace, for the customers of one plan."""

from lightkeeper.publishing.exports.arm import parameters_of, template_of
from lightkeeper.publishing.exports.bicep import bicep_of
from lightkeeper.publishing.exports.facts import Export, export_of
from lightkeeper.publishing.exports.terraform import terraform_of

__all__ = ["Export", "bicep_of", "export_of", "parameters_of", "template_of", "terraform_of"]
