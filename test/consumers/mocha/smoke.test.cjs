const isolet = require('isolet');
const smoke = require('../smoke.cjs');

it('runs isolet', () => smoke(isolet));
