/** What each provider's engine weighs on the wire: written into the built site by engine-sizes.ts. */

export interface CodeSizes {
  /** Gzipped bytes. */
  readonly simd: number;
  readonly wasm: number;
}

let sizes: Promise<CodeSizes | undefined> | undefined;

/** Undefined on the development server, which has no build. */
export function codeSizes(): Promise<CodeSizes | undefined> {
  sizes ??= fetchSizes().catch(() => undefined);
  return sizes;
}

async function fetchSizes(): Promise<CodeSizes | undefined> {
  const response = await fetch(new URL('engine-sizes.json', document.baseURI));
  const found: unknown = await response.json();
  return isCodeSizes(found) ? found : undefined;
}

function isCodeSizes(found: unknown): found is CodeSizes {
  return (
    typeof found === 'object' &&
    found !== null &&
    'simd' in found &&
    typeof found.simd === 'number' &&
    'wasm' in found &&
    typeof found.wasm === 'number'
  );
}
