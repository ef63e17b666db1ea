"""Delegation: who may work in a customer's subscription from another tenant, as which role, by whose consent."""
