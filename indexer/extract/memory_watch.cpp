// SPDX-License-Identifier: GPL-3.0-or-later
#include "memory_watch.h"

#include <vtlt/core/base/error.h>

#include <atomic>
#include <cstddef>
#include <new>
#include <sys/mman.h>

namespace vtlt::extract::memory_watch {

namespace {

std::atomic<unsigned>* g_refused = nullptr;

} // namespace

void prepare()
{
    void* page =
        ::mmap(nullptr, sizeof(std::atomic<unsigned>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        throw_errno("mmap", "");
    }
    g_refused = ::new (page) std::atomic<unsigned>{0};
}

void clear()
{
    g_refused->store(0);
}

bool was_refused()
{
    return g_refused->load() != 0;
}

void note_refusal()
{
    if (g_refused != nullptr) {
        g_refused->store(1);
    }
}

} // namespace vtlt::extract::memory_watch

#ifndef VTLT_SANITIZED
// The program's own malloc stands before glibc's, which stays the one that works. A sanitizer brings another.
// NOLINTBEGIN(bugprone-reserved-identifier): glibc's names
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
// NOLINTEND(bugprone-reserved-identifier)

void* malloc(std::size_t bytes)
{
    void* memory = __libc_malloc(bytes);
    if (memory == nullptr) {
        vtlt::extract::memory_watch::note_refusal();
    }
    return memory;
}

void* calloc(std::size_t count, std::size_t bytes)
{
    void* memory = __libc_calloc(count, bytes);
    if (memory == nullptr) {
        vtlt::extract::memory_watch::note_refusal();
    }
    return memory;
}

void* realloc(void* old, std::size_t bytes)
{
    void* memory = __libc_realloc(old, bytes);
    if (memory == nullptr && bytes != 0) {
        vtlt::extract::memory_watch::note_refusal();
    }
    return memory;
}
}
#endif
