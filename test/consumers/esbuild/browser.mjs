// For a browser: to import it does nothing, to use it says why it can't be.
import { NativeAddonError, Runtime } from 'isolet';

try {
  new Runtime();
} catch (error) {
  console.log(error instanceof NativeAddonError, error.code);
}
