/** Compares two plain values deeply and says every place where they differ, not only the first. */
export function differences(got: unknown, expected: unknown, path = ''): string[] {
  if (Object.is(got, expected)) return [];
  const here = path || 'the value';
  if (ArrayBuffer.isView(got) && ArrayBuffer.isView(expected)) {
    const sides = [got, expected].map((view) => {
      const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
      return `${view.constructor.name} ${bytes.toString('hex')}`;
    });
    return sides[0] === sides[1] ? [] : [`${here}: got ${sides[0]}, expected ${sides[1]}`];
  }
  if (got instanceof Map && expected instanceof Map) {
    const order = differences([...got.keys()], [...expected.keys()], `${here} (keys)`);
    const entries = [...expected].flatMap(([key, value]) => {
      return differences(got.get(key), value, `${path}<${String(key)}>`);
    });
    return [...order, ...entries];
  }
  if (isRecord(got) && isRecord(expected) && Array.isArray(got) === Array.isArray(expected)) {
    const keys = new Set([...Object.keys(got), ...Object.keys(expected)]);
    return [...keys].flatMap((key) => {
      const inner = `${path}.${key}`;
      if (!Object.hasOwn(got, key)) return [`${inner}: missing`];
      if (!Object.hasOwn(expected, key)) return [`${inner}: not expected`];
      return differences(got[key], expected[key], inner);
    });
  }
  return [`${here}: got ${String(got)}, expected ${String(expected)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Map) && !ArrayBuffer.isView(value);
}
