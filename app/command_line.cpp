// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"
namespace vtlt::app { int run(int, char**) { return 0; } }
