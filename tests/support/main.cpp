// SPDX-License-Identifier: GPL-3.0-or-later
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#ifdef VTLT_SANITIZED
/// What the libraries keep: fontconfig its configuration until the process ends; libarchive, with the zlib stream it
/// began, an entry of a zip whose writing was broken off by an exception.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions()
{
    return "leak:libfontconfig\nleak:libarchive\nleak:deflateInit2_";
}
#endif
