/**
 * The provider that is chosen, kept for the tab: the page comes back by Back, reload or Try again with the one that it
 * was left with. The browser must not restore the radio buttons by itself (`autocomplete="off"`), since not all do.
 */
import { element } from '../shared/element.js';
import type { ProviderName } from './reader.js';

const key = 'lstm-onnx.provider';

/** Checks the radio button of the kept provider; calls back when another is chosen. @returns the kept one */
export function offerProviders(onChoose: (name: ProviderName) => void): ProviderName {
  const place = element('provider', HTMLElement);
  const kept = keptProvider();
  for (const radio of place.querySelectorAll('input')) radio.checked = radio.value === kept;
  place.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    const chosen = providerOf(target.value);
    keepProvider(chosen);
    onChoose(chosen);
  });
  return kept;
}

function providerOf(text: string | null): ProviderName {
  return text === 'wasm' ? 'wasm' : 'simd';
}

function keptProvider(): ProviderName {
  try {
    return providerOf(sessionStorage.getItem(key));
  } catch {
    return 'simd';
  }
}

function keepProvider(name: ProviderName): void {
  try {
    sessionStorage.setItem(key, name);
  } catch {
    // Storage is switched off: the page comes back with simd.
  }
}
