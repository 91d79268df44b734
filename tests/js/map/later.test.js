import assert from 'node:assert/strict';
import {mock, test} from 'node:test';

import {later} from '../../../cop/ui/map/asset/later.js';

test('many calls are one, with the last values, once none has come for a while', () => {
  mock.timers.enable({apis: ['setTimeout']});
  const heard = [];
  const call = later(300, (...values) => heard.push(values));
  call('a');
  mock.timers.tick(299);
  call('b', 1);
  mock.timers.tick(299);
  assert.deepEqual(heard, []);
  mock.timers.tick(1);
  call('c');
  mock.timers.tick(300);
  assert.deepEqual(heard, [['b', 1], ['c']]);
  mock.timers.reset();
});
