/** Every ONNX operator that is read, by its name. */
import type { Handler } from '../node-reader.js';
import { activationHandlers } from './activations.js';
import { joiningHandlers } from './joining.js';
import { layoutHandlers } from './layout.js';
import { linearHandlers } from './linear.js';
import { more } from './more.js';
import { passingHandlers } from './passing.js';
import { pickingHandlers } from './picking.js';
import { raggedHandlers } from './ragged.js';
import { recurrentHandlers } from './recurrent.js';
import { scalingHandlers } from './scaling.js';
import { shapeHandlers } from './shapes.js';

export const handlers: ReadonlyMap<string, Handler> = new Map(
  [
    recurrentHandlers,
    linearHandlers,
    scalingHandlers,
    pickingHandlers,
    joiningHandlers,
    raggedHandlers,
    layoutHandlers,
    activationHandlers,
    passingHandlers,
    shapeHandlers,
    more,
  ].flatMap((family) => Object.entries(family)),
);
