/** Two networks that see alike: one knows a frame alone, the other remembers those before it. */
import * as lo from 'lstm-onnx';
import { names, SIDE } from './videos.js';

type Frames = lo.Value<'float32', readonly ['batch', 'time', typeof SIDE, typeof SIDE]>;

/** 96 features of each frame: to the convolutions the frames of all videos are one batch of images. */
function see(frames: Frames) {
  const images = lo.reshape(frames, [-1, 1, SIDE, SIDE]);
  const lines = lo.relu(
    lo.conv2d('conv1', images, { outChannels: 24, kernelSize: 5, stride: 2, padding: 2 }),
  );
  const forms = lo.relu(lo.conv2d('conv2', lines, { outChannels: 48, kernelSize: 3, stride: 2, padding: 1 }));
  const pixels = (SIDE / 4) ** 2;
  return lo.relu(lo.linear('see', lo.reshape(forms, ['batch', 'time', 48 * pixels]), 96));
}

/** The layers of {@link see}. */
export const eyes = ['conv1', 'conv2', 'see'];

const inputs = { frames: lo.float32('batch', 'time', SIDE, SIDE) };

export const alone = lo.defineNetwork(inputs, ({ frames }) => ({
  logits: lo.linear('guess', see(frames), names.length),
}));

export const inContext = lo.defineNetwork(inputs, ({ frames }) => {
  const seen = see(frames);
  const { output } = lo.lstm('lstm', seen, { hiddenSize: 128 });
  // What is seen is there for the logits, too: it counts for more where a frame shows something new.
  return { logits: lo.linear('fc', lo.concat([seen, output], -1), names.length) };
});
