// The credentials of @azure/identity that sign instead of showing a secret.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const load = createRequire(process.env.NODE_FOLDER + "/package.json");
const { ClientAssertionCredential, ClientCertificateCredential, EnvironmentCredential, WorkloadIdentityCredential } =
  load("@azure/identity");

const { env } = process;
const options = { authorityHost: env.AZURE_AUTHORITY_HOST, disableInstanceDiscovery: true };
const scope = "https://management.azure.com/.default";
const federated = async () => readFileSync(env.TOKEN_FILE, "utf8");
const certificate = (path) => new ClientCertificateCredential(env.TENANT_ID, env.CLIENT_ID, path, options);

for (const credential of [
  certificate(env.CLIENT_CERTIFICATE),
  new ClientCertificateCredential(env.TENANT_ID, env.CLIENT_ID, { certificate: readFileSync(env.CLIENT_CERTIFICATE, "utf8") }, options),
  new ClientAssertionCredential(env.TENANT_ID, env.CLIENT_ID, federated, options),
  new WorkloadIdentityCredential({ ...options, tenantId: env.TENANT_ID, clientId: env.CLIENT_ID, tokenFilePath: env.TOKEN_FILE }),
]) {
  const [arm, graph] = [await credential.getToken(scope), await credential.getToken("https://graph.microsoft.com/.default")];
  assert.notEqual(arm.token, graph.token);
}

env.AZURE_TENANT_ID = env.TENANT_ID;
env.AZURE_CLIENT_ID = env.CLIENT_ID;
env.AZURE_CLIENT_CERTIFICATE_PATH = env.CLIENT_CERTIFICATE;
assert.ok((await new EnvironmentCredential(options).getToken(scope)).token);
await assert.rejects(certificate(env.OTHER_CERTIFICATE).getToken(scope), /AADSTS700027/);
console.log("done");
