// What every tile layer has: tiles fetched from our server, an account of them, another try.

const TIMEOUT_MS = 30000;

/** Put a tile's numbers into an address template. */
export function tileUrl(template, {z, x, y}) {
  return template.replace('{z}', z).replace('{x}', x).replace('{y}', y);
}

/** Fetch a tile; null where there is nothing in it, an error with its status where it failed. */
export async function fetchTile(url, signal, accept) {
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    headers: {accept},
  }).catch((error) => {
    throw Object.assign(error, {offline: error instanceof TypeError});
  });
  if (!response.ok) {
    const reason = (await response.text().catch(() => '')).slice(0, 300);
    throw Object.assign(new Error(reason || response.statusText), {status: response.status});
  }
  return response.status === 204 ? null : response;
}

/** Return a deck.gl tile layer class that remembers which of its tiles failed, and why. */
export function trackTileErrors(Base) {
  return class extends Base {
    static layerName = `TileErrors${Base.layerName}`;

    _onTileLoad(tile) {
      tile.copError = null;
      super._onTileLoad(tile);
    }

    _onTileError(error, tile) {
      tile.copError = {
        status: error?.status ?? 0,
        reason: String(error?.message ?? error),
        offline: Boolean(error?.offline),
      };
      tile.layers = null;
      this.setNeedsUpdate();
    }

    /** Count the tiles of the present view: wanted, loaded, failed. */
    tileAccount() {
      const tiles = this.state?.tileset?.selectedTiles ?? [];
      const failed = tiles.filter((tile) => tile.copError && !tile.isLoading);
      return {
        wanted: tiles.length,
        loaded: tiles.filter((tile) => tile.isLoaded).length,
        failed: failed.map((tile) => tile.copError),
      };
    }

    /** Ask again for the tiles that failed. */
    retry() {
      for (const tile of this.state?.tileset?.tiles ?? []) {
        if (tile.copError) {
          tile.copError = null;
          tile.setNeedsReload();
        }
      }
      this.setNeedsUpdate();
    }
  };
}
