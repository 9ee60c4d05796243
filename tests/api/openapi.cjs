// Prints what a linter has against an OpenAPI document: a line a complaint, nothing for a good one.
const { createConfig, lint } = require("@redocly/openapi-core");

const rules = {
  struct: "error",
  "no-unresolved-refs": "error",
  "operation-operationId": "error",
  "operation-operationId-unique": "error",
  "operation-summary": "error",
  "operation-parameters-unique": "error",
  "operation-tag-defined": "error",
  "path-parameters-defined": "error",
  "path-declaration-must-exist": "error",
  "no-ambiguous-paths": "error",
  "no-identical-paths": "error",
  "no-enum-type-mismatch": "error",
  "no-required-schema-properties-undefined": "error",
  "no-unused-components": "error",
  "security-defined": "error",
};

(async () => {
  const config = await createConfig({ rules });
  for (const { ruleId, message, location } of await lint({ ref: process.argv[2], config })) {
    console.log(`${ruleId} ${location.map((it) => it.pointer).join(" ")}: ${message}`);
  }
})();
