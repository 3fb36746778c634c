# For `node-gyp rebuild` in the repository. Not in the package: Yarn and pnpm take a binding.gyp at the top for a wish to
# build at installation, whatever package.json says by `gypfile`.
{"includes": ["native/addon.gypi"]}
