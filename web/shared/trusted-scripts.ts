/**
 * The pages require trusted types: a string is neither markup nor a script. Workers of this site may be started, those
 * from blobs among them, whose origin is that of the page which made them.
 */

/** TypeScript's DOM library does not know it yet; not every browser has it. */
const { trustedTypes } = globalThis as {
  readonly trustedTypes?: {
    createPolicy(name: string, rules: { createScriptURL(url: string): string }): void;
  };
};

/** Once, before a page starts a worker. */
export function trustOwnScripts(): void {
  trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      if (new URL(url, document.baseURI).origin === location.origin) return url;
      throw new TypeError(`${url} is no script of this site.`);
    },
  });
}
