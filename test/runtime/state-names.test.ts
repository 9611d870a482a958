import { describe, expect, it } from 'vitest';
import { conventionalOutputs, looksLikeState } from '../../src/runtime/state-names.js';
import { cpuMilliseconds } from '../cpu-time.js';

describe('state names', () => {
  it.each([
    ['h0', 'hn'],
    ['c0', 'cn'],
    ['h_0', 'h_n'],
    ['lstm_h0', 'lstm_hn'],
    ['lstm.c0', 'lstm.cn'],
    ['h0_l1', 'hn_l1'],
    ['h', 'hn'],
    ['c', 'cn'],
    ['h', 'h_out'],
    ['hx', 'hy'],
    ['state', 'stateN'],
    ['state', 'state_out'],
    ['state', 'new_state'],
    ['state0', 'next_state0'],
    ['hidden', 'hidden_out'],
    ['cell_state', 'cell_state_out'],
    ['initial_h', 'Y_h'],
    ['initial_c', 'Y_c'],
    ['h_in', 'h_out'],
    ['rnn1_in', 'rnn1_out'],
    ['past_key', 'present_key'],
    ['past_key_values.0.value', 'present.0.value'],
    ['prev_state', 'next_state'],
    ['cached_conv_3', 'new_cached_conv_3'],
    ['conv_cache', 'conv_cache_out'],
  ])('pair %s with %s', (input, output) => {
    expect(conventionalOutputs(input)).toContain(output);
  });

  it.each([
    'x',
    'input',
    'sr',
    'audio_in',
    'input_ids',
    'x_in',
    'channel',
    'batch',
    'count',
    'hour',
    'chart',
  ])('do not pair %s, which is data', (input) => {
    expect(conventionalOutputs(input)).toEqual([]);
    expect(looksLikeState(input)).toBe(false);
  });

  it.each([
    'h0',
    'c',
    'hx',
    'hiddenState',
    'decoder_h',
    'prev_c',
    'h_l0',
    'lstm_states',
    'kv_cache_2',
    'CellState',
  ])('say state in %s', (input) => {
    expect(looksLikeState(input)).toBe(true);
  });

  it.each(['encoder_hidden_states', 'estate', 'cellular', 'static', 'ch0ice', 'features', 'height'])(
    'do not say state in %s',
    (input) => {
      expect(looksLikeState(input)).toBe(false);
    },
  );

  it('of any length are judged in no time', () => {
    const names = ['h0_'.repeat(1e6), `${'h'.repeat(1e6)}\n`, 'initial_'.repeat(1e6), '_'.repeat(1e6)];
    const took = cpuMilliseconds(() => {
      for (const name of names) {
        expect(conventionalOutputs(name)).toEqual([]);
        expect(looksLikeState(name)).toBe(false);
      }
    });
    expect(took).toBeLessThan(200);
  });
});
