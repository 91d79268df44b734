// Reports that wait on a phone for a connection, in its own database.

const NAME = 'cop-reports';
const STORE = 'waiting';

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('This phone cannot keep the report: its storage is full.'));
  });

/**
 * Whether somebody wrote what waits: by their id, by agency and name where their id was not known.
 * What was written before anybody was known is of who signs in next.
 */
export function isOf({id = null, who = null}, signed) {
  if (id !== null) return id === signed.id;
  return who === null || who === signed.who;
}

/** Open the queue; what is added is there until it is removed. */
export async function openQueue(database) {
  const opening = database.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, {keyPath: 'key'});
  const opened = await settled(opening);
  const store = (mode) => opened.transaction(STORE, mode).objectStore(STORE);
  return {
    add: ({report, writer}) => settled(store('readwrite').add({key: report.id, report, ...writer})),
    list: () => settled(store('readonly').getAll()),
    remove: (key) => settled(store('readwrite').delete(key)),
    async refuse(key, reason) {
      const waiting = await settled(store('readonly').get(key));
      if (waiting) await settled(store('readwrite').put({...waiting, refused: reason}));
    },
    async resend(key) {
      const {refused: _refused, ...waiting} = await settled(store('readonly').get(key));
      return settled(store('readwrite').put(waiting));
    },
  };
}
