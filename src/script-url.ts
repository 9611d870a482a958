/**
 * URLs of scripts for pages that require trusted types, where a plain string starts no worker. The library starts its own
 * programs alone. https://www.w3.org/TR/trusted-types/
 */

interface Policy {
  createScriptURL(url: string): unknown;
}

/** TypeScript's DOM library does not know it yet; not every browser has it. */
function createPolicy(name: string): Policy | undefined {
  const { trustedTypes } = globalThis as {
    readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  };
  return trustedTypes?.createPolicy(name, { createScriptURL: (url) => url });
}

let own: Policy | undefined;

/** The URL of one of the library's own scripts, as `new Worker` takes it there. */
export function scriptUrl(url: string): string {
  own ??= createPolicy('lstm-onnx');
  // Typed as a string, since the DOM library has nothing else.
  return (own?.createScriptURL(url) ?? url) as string;
}

/** In a worker of the library's own: whatever a dependency starts there is trusted. */
export function trustAllScripts(): void {
  createPolicy('default');
}
