// SPDX-License-Identifier: GPL-3.0-or-later
// What a server does with uploads, as a program that can be killed: sends every file of a folder in chunks, hands it
// in, has the uploads taken in, edits one document. A line on stdout is an acknowledgement. Run again after a kill it
// goes on where it was.
//   vtlt-upload-driver HOME FOLDER
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/core/services/uploads.h>

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace vtlt;

constexpr std::size_t kChunk = 64;

const auth::Actor kClerk{.type = auth::Actor::Type::person,
                         .name = "0123456789ABCDEFGHJK",
                         .clearance = Secrecy::open,
                         .unit = {},
                         .grants = {{.role = auth::Role::clerk}}};

void say(const std::string& line)
{
    const auto out = line + "\n";
    write_all(STDOUT_FILENO, out, "stdout");
}

services::ChunkReader reader_of(std::string_view bytes)
{
    return [bytes](std::span<char> buffer) mutable {
        const auto count = std::min(buffer.size(), bytes.size());
        std::copy_n(bytes.begin(), count, buffer.begin());
        bytes.remove_prefix(count);
        return count;
    };
}

void send(services::Uploads& uploads, const fs::path& path)
{
    const auto name = path.filename().native();
    const auto bytes = read_file(path);
    // The name is the repeat key: whoever comes again finds the upload he began.
    auto upload = uploads
                      .create(kClerk, {.name = name,
                                       .size = bytes.size(),
                                       .secrecy = Secrecy::open,
                                       .dossier = {},
                                       .batch = {},
                                       .repeat_key = name})
                      .upload;
    say("created " + name + " " + upload.uid + " " + std::to_string(upload.received));
    while (upload.state == services::UploadState::receiving && upload.received < bytes.size()) {
        const auto chunk = std::string_view{bytes}.substr(upload.received, kChunk);
        upload = uploads.write_chunk(kClerk, upload.uid, upload.received, reader_of(chunk));
        say("received " + name + " " + upload.uid + " " + std::to_string(upload.received));
    }
    upload = uploads.complete(kClerk, upload.uid, "", services::OnDuplicate::keep);
    say("completed " + name + " " + upload.uid + " " + upload.sha256);
}

void take(services::Archive& archive, const Clock& clock)
{
    // The row keeps who asked; what he may do is asked anew, as the server does.
    jobs::Runner runner{archive.database(), clock, {.actor_now = [](const auth::Actor&) { return kClerk; }}};
    services::UploadIntakeOptions options;
    options.workers = 1;
    runner.add(std::string{services::kUploadJob}, services::upload_work(archive, clock, options));
    runner.drain();
}

void edit(services::Archive& archive, const Clock& clock, const Uid& uid)
{
    const auto seen = [&] {
        auto tx = archive.database().read();
        return catalog::get_view(tx, uid).document.revision;
    }();
    services::DocumentChanges changes;
    changes.title = "Tiêu đề do văn thư sửa";
    const auto document = services::update_document(archive, clock, kClerk, uid, seen, changes);
    say("edited - " + uid + " " + std::to_string(document.revision));
}

void run(const fs::path& home, const fs::path& folder)
{
    const SystemClock clock;
    services::Archive archive{home, services::Archive::Mode::write};
    services::Uploads uploads{archive, clock};
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator{folder}) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    for (const auto& path : paths) {
        send(uploads, path);
    }
    take(archive, clock);
    Uid first;
    for (const auto& upload : uploads.list(kClerk, {}, 100)) {
        say("outcome " + upload.name + " " + (upload.document.empty() ? "-" : upload.document) + " " +
            std::string{upload_state_name(upload.state)} + " " + upload.outcome + " " +
            std::to_string(upload.documents));
        if (!upload.document.empty()) {
            first = upload.document;
        }
    }
    edit(archive, clock, first);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        return 2;
    }
    try {
        run(argv[1], argv[2]);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
