# For `node-gyp rebuild --directory=native`: in the package, which has no binding.gyp at its top.
{"includes": ["addon.gypi"]}
