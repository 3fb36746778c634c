const assert = require('node:assert/strict');
const isolet = require('isolet');
const smoke = require('./smoke.cjs');

smoke(isolet).then(() => assert.equal(isolet.getProcessStats().runtimes, 0));
