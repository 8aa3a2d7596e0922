// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/document.h>
#include <vtlt/core/home.h>
#include <vtlt/core/sandbox/extractor.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace vtlt::services {

/// One stored file whose text is to be read.
struct TextTask
{
    std::string item_key;
    std::int64_t position = 0;
    DocumentId document;
    Uid uid;
    FileId file;
    Secrecy band = Secrecy::open;
    std::string hash;
    std::string name;
};

struct TextResult
{
    TextTask task;
    std::string format;
    std::string media_type;
    std::optional<Cause> cause;
    std::string text_object; ///< encoded; empty: no text
    std::optional<int> pages;
    catalog::Description description;
    bool is_plain_image = false;
};

/// Extractors side by side. submit() and collect() from one thread; the threads share nothing but the two queues.
class TextPool
{
public:
    TextPool(const Home& home, const sandbox::ExtractorOptions& options, unsigned workers);
    ~TextPool();

    void submit(TextTask task);
    /// Results so far; waits for the first one when `wait` and something is under way. Rethrows what stopped a worker.
    std::vector<TextResult> collect(bool wait);
    std::size_t outstanding() const { return outstanding_; }
    bool is_full() const { return outstanding_ >= kDepth; }

private:
    static constexpr std::size_t kDepth = 64;

    void work(const std::stop_token& stop);

    const Home& home_;
    sandbox::ExtractorOptions options_;
    std::size_t outstanding_ = 0; // of the submitting thread
    std::mutex mutex_;
    std::condition_variable_any wake_worker_;
    std::condition_variable_any wake_owner_;
    std::deque<TextTask> tasks_; // this and below: guarded by mutex_
    std::vector<TextResult> results_;
    std::exception_ptr failure_;
    std::vector<std::jthread> threads_;
};

} // namespace vtlt::services
