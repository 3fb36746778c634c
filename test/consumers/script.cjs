require('./smoke.cjs')(require('isolet'));
