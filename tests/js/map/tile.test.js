// The tile layer: an empty answer is no tile, symbols are built once, labels come on top.

import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {installDocument} from '../support/document.js';

installDocument();
globalThis.CanvasRenderingContext2D = class {
  measureText() {
    return {width: 10};
  }
};
const {defineTileLayer} = await import('../../../cop/ui/map/asset/tile.js');

const {fetch} = globalThis;
afterEach(() => (globalThis.fetch = fetch));

class MVTLayer {
  getLoadOptions() {
    return {core: {worker: false}, mvt: {layers: ['events']}};
  }

  renderSubLayers(props) {
    return props;
  }

  getHighlightedObjectIndex({content}) {
    return content.findIndex(({properties}) => properties.id === this.props.highlightedFeatureId);
  }

  renderLayers() {
    return this.drawn;
  }

  filterSubLayer({isPicking}) {
    return !isPicking;
  }
}

class LayerExtension {}

class TextLayer {
  constructor(...props) {
    this.props = Object.assign({}, ...props);
  }
}

const parsed = [];
const loaders = {
  parse: async (buffer, loader, options) => {
    parsed.push({bytes: buffer.byteLength, loader, options});
    return [{properties: {class: 'land'}}];
  },
};
const TileLayer = defineTileLayer({deck: {MVTLayer, LayerExtension, TextLayer}, loaders});

function layerOf(props = {}, state = {}) {
  return Object.assign(new TileLayer(), {
    props: {loaders: ['mvt'], copIcons: null, copStale: 0, lineWidthScale: 1, ...props},
    state: {data: '/tiles/events/{z}/{x}/{y}', binary: true, ...state},
  });
}

const INDEX = {z: 5, x: 6, y: 12};
const ask = (layer) => layer.getTileData({index: INDEX, signal: new AbortController().signal});

test('an empty tile is none, and its address has the numbers of the tile', async () => {
  const asked = [];
  globalThis.fetch = async (url) => asked.push(url) && new Response(null, {status: 204});
  assert.equal(await ask(layerOf()), null);
  assert.deepEqual(asked, ['/tiles/events/5/6/12']);
  globalThis.fetch = async () => new Response('');
  assert.equal(await ask(layerOf()), null);
  assert.equal(parsed.length, 0);
});

test('a tile is parsed where it lies, with the options of the layer', async () => {
  globalThis.fetch = async () => new Response('12345');
  assert.deepEqual(await ask(layerOf()), [{properties: {class: 'land'}}]);
  const {bytes, loader, options} = parsed.at(-1);
  assert.deepEqual([bytes, loader], [5, 'mvt']);
  assert.deepEqual(options.mvt, {layers: ['events'], shape: 'binary', coordinates: 'local', tileIndex: INDEX});
  assert.deepEqual(options.core, {worker: false, mimeType: 'application/x-protobuf'});
  await ask(layerOf({}, {binary: false}));
  assert.equal(parsed.at(-1).options.mvt.shape, 'geojson');
});

test('the same symbols are the same atlas, so that nothing is sent to the card again', () => {
  const copIcons = {glyphs: {a: ['circle', '#fff']}, halo: '#000', side: 1};
  const [first, again] = [copIcons, structuredClone(copIcons)].map((icons) => layerOf({copIcons: icons}).renderSubLayers({data: []}));
  assert.deepEqual(Object.keys(first.iconMapping), ['a']);
  assert.equal(first.iconAtlas, again.iconAtlas);
  const other = layerOf({copIcons: {...copIcons, halo: '#fff'}}).renderSubLayers({data: []});
  assert.notEqual(other.iconAtlas, first.iconAtlas);
});

test('a tile without content draws nothing, and a stale layer has its extension', () => {
  assert.equal(layerOf().renderSubLayers({data: null}), null);
  assert.deepEqual(layerOf().renderSubLayers({data: [1]}), {data: [1], extensions: []});
  assert.equal(layerOf({copStale: 2}).renderSubLayers({data: [1]}).extensions.length, 1);
});

test('a layer with labels draws them over its tiles, once it has some', () => {
  const tiles = {};
  const more = {drawn: tiles, context: {viewport: {zoom: 5}, layerManager: {getLayers: () => []}}, getSubLayerProps: (props) => props};
  const copLabel = {property: 'name', color: [0, 0, 0], halo: [255, 255, 255], size: 12, sizes: []};
  assert.equal(Object.assign(layerOf(), more).renderLayers(), tiles);
  assert.equal(Object.assign(layerOf({copLabel}), more).renderLayers(), tiles, 'no tileset yet');
  const [own, labels] = Object.assign(layerOf({copLabel}, {tileset: {tiles: []}}), more).renderLayers();
  assert.equal(own, tiles);
  assert.deepEqual(labels.at(-1).props.data, []);
});

test('labels belong to no tile and are never filtered with them', () => {
  const layer = layerOf();
  assert.equal(layer.filterSubLayer({layer: {props: {}}, isPicking: true}), true);
  assert.equal(layer.filterSubLayer({layer: {props: {tile: {}}}, isPicking: true}), false);
});

test('a hidden class is not drawn, and what is highlighted is found among the rest', () => {
  const data = [{properties: {id: 1, kind: 'drone'}}, {properties: {id: 2, kind: 'rescue'}}];
  const filter = JSON.stringify({marked: null, rules: [{property: 'kind', known: ['drone'], hidden: ['drone']}]});
  const layer = layerOf({copHidden: filter, highlightedFeatureId: 2});
  assert.deepEqual(layer.renderSubLayers({data}).data, [data[1]]);
  assert.equal(layer.getHighlightedObjectIndex({content: data}), 0);
  assert.equal(layerOf({copHidden: '', highlightedFeatureId: 2}).getHighlightedObjectIndex({content: data}), 1);
});
