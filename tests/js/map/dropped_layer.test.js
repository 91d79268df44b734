// Private drafts on the map: one color of their own over a halo, every shape of the file.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {defineDroppedLayer} from '../../../cop/ui/map/asset/dropped_layer.js';

class CompositeLayer {
  constructor(props) {
    this.props = props;
  }

  getSubLayerProps(props) {
    return {...props, id: `own-${props.id}`};
  }
}

class GeoJsonLayer {
  constructor(...props) {
    Object.assign(this, ...props);
  }
}

test('what is drawn is what the file says, and only the draft itself is picked', () => {
  const Layer = defineDroppedLayer({deck: {CompositeLayer, GeoJsonLayer}});
  const features = [{type: 'Feature', properties: {name: '@@=evil'}}];
  const [halo, draft] = new Layer({read: () => features, color: [1, 2, 3], halo: [0, 0, 0, 9]}).renderLayers();
  assert.deepEqual([halo.id, draft.id], ['own-halo', 'own-draft']);
  assert.equal(draft.data, features);
  assert.deepEqual(draft.getLineColor, [1, 2, 3, 255]);
  assert.deepEqual([halo.pickable, halo.getLineColor], [false, [0, 0, 0, 9]]);
  assert.ok(halo.getLineWidth > draft.getLineWidth);
});
