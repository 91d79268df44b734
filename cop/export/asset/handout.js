// Draws the layers of a hand-out with Leaflet; every value goes in as text, never as HTML.
const OUTLINES = __OUTLINES__;

const Glyph = L.CircleMarker.extend({
  _updatePath() {
    this._renderer._updateGlyph(this);
  },
});

L.Canvas.include({
  _updateGlyph(layer) {
    if (!this._drawing || layer._empty()) return;
    const {x, y} = layer._point;
    const {shape, radius} = layer.options;
    const context = this._ctx;
    if (shape.parts) {
      this._fillSymbol(context, x, y, layer.options);
      return;
    }
    context.beginPath();
    if (OUTLINES[shape]) {
      OUTLINES[shape].forEach(([dx, dy], i) => {
        const to = [x + dx * 2 * radius, y + dy * 2 * radius];
        if (i) context.lineTo(...to);
        else context.moveTo(...to);
      });
      context.closePath();
    } else {
      context.arc(x, y, radius * (shape === 'ring' ? 0.75 : 1), 0, 2 * Math.PI);
    }
    if (shape === 'ring') this._strokeRing(context, layer.options);
    else this._fillStroke(context, layer);
  },
  _fillSymbol(context, x, y, {shape, unit, fillOpacity}) {
    shape.drawn ??= shape.parts.map(({fill, path}) => [fill, new Path2D(path)]);
    context.save();
    context.translate(x, y);
    context.scale(unit, unit);
    context.globalAlpha = fillOpacity;
    for (const [fill, path] of shape.drawn) {
      context.fillStyle = fill;
      context.fill(path);
    }
    context.restore();
  },
  _strokeRing(context, {color, opacity, fillColor, fillOpacity, radius}) {
    for (const [paint, alpha, width] of [
      [color, opacity, radius * 0.8],
      [fillColor, fillOpacity, radius * 0.45],
    ]) {
      context.globalAlpha = alpha;
      context.strokeStyle = paint;
      context.lineWidth = width;
      context.stroke();
    }
  },
});

function details(fields, values) {
  const table = document.createElement('table');
  fields.forEach((name, i) => {
    const row = table.insertRow();
    const head = document.createElement('th');
    head.textContent = name;
    row.append(head);
    row.insertCell().textContent = values[i];
  });
  return table;
}

function copLayer({features, inks, fields}) {
  return L.geoJSON(
    features.map(({g, s, p}) => ({type: 'Feature', geometry: g, properties: {s, p}})),
    {
      style: (feature) => inks[feature.properties.s],
      pointToLayer(feature, at) {
        const ink = inks[feature.properties.s];
        return ink.shape ? new Glyph(at, ink) : L.circleMarker(at, ink);
      },
      onEachFeature(feature, layer) {
        if (fields.length) layer.bindPopup(() => details(fields, feature.properties.p));
        else layer.options.interactive = false;
      },
    },
  );
}

function labelMarker([lon, lat, text, size], ink) {
  const word = document.createElement('span');
  word.className = 'cop-label';
  word.textContent = text;
  word.style.cssText = `color: ${ink.color}; font-size: ${size}px; --halo: ${ink.halo}`;
  if (ink.dot) word.style.setProperty('--dot', ink.dot);
  word.classList.toggle('cop-dotted', Boolean(ink.dot));
  return L.marker([lat, lon], {
    interactive: false,
    keyboard: false,
    icon: L.divIcon({html: word, className: 'cop-place', iconSize: [0, 0]}),
  });
}

/** Place labels so that none covers another: those that come first keep their room. */
const LabelLayer = L.LayerGroup.extend({
  initialize(labels, ink) {
    L.LayerGroup.prototype.initialize.call(this);
    this._labels = labels;
    this._ink = ink;
  },
  onAdd(map) {
    map._copLabels = (map._copLabels || []).concat(this);
    map.on('moveend', this._placeAll, this);
    this._placeAll();
  },
  onRemove(map) {
    map._copLabels = map._copLabels.filter((other) => other !== this);
    map.off('moveend', this._placeAll, this);
    this.clearLayers();
    this._placeAllOf(map);
  },
  _placeAll() {
    this._placeAllOf(this._map);
  },
  _placeAllOf(map) {
    const taken = [];
    for (const group of map._copLabels) group._place(map, taken);
  },
  _place(map, taken) {
    this.eachLayer((marker) => map.removeLayer(marker));
    L.LayerGroup.prototype.clearLayers.call(this);
    const view = map.getSize();
    for (const label of this._labels) {
      const [lon, lat, text, size, zoom] = label;
      const {x, y} = map.latLngToContainerPoint([lat, lon]);
      const seen = x > 0 && y > 0 && x < view.x && y < view.y && zoom <= map.getZoom() - 1;
      const wide = text.length * size * 0.62;
      const left = this._ink.dot ? x : x - wide / 2;
      const box = [left - 4, y - size * 0.7, left + wide + 10, y + size * 0.7];
      if (seen && !taken.some((other) => meet(box, other))) {
        taken.push(box);
        this.addLayer(labelMarker(label, this._ink));
      }
    }
  },
});

function meet(a, b) {
  return !(a[0] > b[2] || a[2] < b[0] || a[1] > b[3] || a[3] < b[1]);
}

/** A layer with its labels; switched on again it takes its old place among the others. */
function copOverlay(map, overlay) {
  const parts = [copLayer(overlay)];
  if (overlay.labels.length) parts.push(new LabelLayer(overlay.labels, overlay.label_ink));
  if (!map._copOrder) {
    map._copOrder = [];
    map.on('overlayadd', () => {
      for (const part of map._copOrder) if (map.hasLayer(part)) part.bringToFront();
    });
  }
  map._copOrder.push(parts[0]);
  return L.layerGroup(parts);
}
