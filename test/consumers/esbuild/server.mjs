import * as isolet from 'isolet';
import smoke from '../smoke.cjs';

smoke(isolet);
