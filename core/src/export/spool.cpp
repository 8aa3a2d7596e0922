// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool.h"

#include <vtlt/core/export/out_file.h>

namespace vtlt::export_ {

namespace {

constexpr std::size_t kInMemory = std::size_t{1} << 20;

} // namespace

void Spool::append(std::string_view bytes)
{
    hasher_.update(bytes);
    tail_ += bytes;
    if (tail_.size() < kInMemory) {
        return;
    }
    if (!fd_) {
        fd_ = open_scratch_file(folder_);
    }
    write_all(fd_.get(), tail_, folder_.native());
    written_ += tail_.size();
    tail_.clear();
}

void Spool::drain(const std::function<void(std::string_view)>& output) const
{
    std::string buffer(written_ == 0 ? 0 : kInMemory, '\0');
    for (std::uint64_t at = 0; at < written_;) {
        const auto size = read_at(fd_.get(), buffer.data(), buffer.size(), at, folder_.native());
        output({buffer.data(), size});
        at += size;
    }
    output(tail_);
}

} // namespace vtlt::export_
