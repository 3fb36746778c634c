// The plugin guide's example: load a plugin, give it a host API, call its hooks.
import { fileURLToPath } from 'node:url';
import { PluginManager } from 'isolet';

const hostApi = {
  log: (message) => console.log(`[LOG] ${message}`),
  config: { version: '1.0.0' },
};

const manager = new PluginManager({ pluginDir: fileURLToPath(new URL('../../plugins/', import.meta.url)) });
manager.loadPlugin('greeter', hostApi);
console.log('Loaded plugin: greeter');
console.log(`Result: ${manager.callHook('greeter', 'greet', 'World')}`);
console.log(`Result: ${manager.callHook('greeter', 'farewell', 'John Doe')}`);
manager.closeAll();
