# SPDX-License-Identifier: GPL-3.0-or-later
# One interface target carries the warnings and the hardening of safety.md §4.10 to every target of ours.
add_library(vtlt_options INTERFACE)
target_compile_options(vtlt_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Wno-missing-field-initializers -Wnull-dereference -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these inside libstdc++ for correct code at -O2.
    target_compile_options(vtlt_options INTERFACE -Wno-error=null-dereference -Wno-null-dereference -Wno-restrict
        -Wno-error=maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds)
endif()

set(CMAKE_CXX_FLAGS_DEV "-O1 -g1 -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g0 -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong" CACHE STRING "" FORCE)
set(CMAKE_EXE_LINKER_FLAGS_RELEASE "-pie -Wl,-z,relro,-z,now" CACHE STRING "" FORCE)
