# The addon, as node-gyp and prebuildify build it. Developers build with CMakeLists.txt, which also knows the unit tests
# and sanitizers. Paths are relative to this file, whichever binding.gyp includes it.
{
  "targets": [
    {
      "target_name": "isolet",
      # Windows links nothing late of which it takes data: classes of ours derive from V8's, whose virtual tables are data.
      "win_delay_load_hook": "false",
      "includes": ["sources.gypi"],
      "include_dirs": [
        ".",
        "<!(node -p \"require('node-addon-api').include_dir\")",
      ],
      # An environment that is being terminated can throw no more: not a reason to abort.
      "defines": ["NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS", "NDEBUG"],
      # Node's own flags bring -fno-rtti, which we need (see CMakeLists.txt), and -fno-exceptions, which we don't.
      "cflags_cc!": ["-fno-exceptions", "-std=gnu++17"],
      "cflags_cc": [
        "-std=gnu++20", "-fomit-frame-pointer", "-fvisibility=hidden", "-fvisibility-inlines-hidden",
        "-ffunction-sections", "-fdata-sections",
      ],
      "conditions": [
        ["OS=='linux'", {"ldflags": ["-Wl,-z,now", "-Wl,--gc-sections"]}],
        # Untested. Node's own flags take exceptions from the standard library, too.
        ["OS=='win'", {"defines!": ["_HAS_EXCEPTIONS=0"], "defines": ["NOMINMAX", "WIN32_LEAN_AND_MEAN"]}],
      ],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "gnu++20",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      },
      "msvs_settings": {
        "VCCLCompilerTool": {"ExceptionHandling": 1, "AdditionalOptions": ["/std:c++20", "/utf-8"]},
      },
    }
  ]
}
