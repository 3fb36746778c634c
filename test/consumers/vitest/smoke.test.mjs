import { createRequire } from 'node:module';
import * as isolet from 'isolet';
import { it } from 'vitest';

const smoke = createRequire(import.meta.url)('../smoke.cjs');

it('runs isolet', () => smoke(isolet));
