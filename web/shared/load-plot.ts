/** uPlot, which draws charts: loaded when there is one to draw. */
import type uPlot from 'uplot';

let loading: Promise<typeof uPlot> | undefined;

export function loadPlot(): Promise<typeof uPlot> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof uPlot> {
  // It asks Intl for the language of the browser as it is loaded. Chromium on a machine without a language (LANG=C) says
  // en-US@posix, which Intl refuses.
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US' });
  }
  return (await import('uplot')).default;
}
