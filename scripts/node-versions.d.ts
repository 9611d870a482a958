export const nodeVersions: readonly string[];
export function installNode(
  version: string,
  folder: string,
): { readonly path: string } | { readonly missing: string };
