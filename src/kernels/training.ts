// What trains networks: what runs models, the way back of layers, the loss and the optimizers.
export * from './running';
export { crossEntropy } from './cross-entropy';
export { add, channelSums, divide, multiply, step, subtract } from './elementwise';
export { sumSlices } from './layer-weights';
export { adamStep, sgdStep, squaredNorm } from './optimizer';
