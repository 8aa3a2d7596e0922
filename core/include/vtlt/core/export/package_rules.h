// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/export/package_verifier.h>

#include <array>
#include <string_view>

namespace vtlt::export_ {

/// One thing that can be wrong with a package. The rule word is stable; message and hint are for people.
struct RuleRow
{
    std::string_view rule;
    std::string_view message;
    std::string_view hint;
};

inline constexpr std::string_view kAskAgain = "Ask the sender for the package again.";
inline constexpr std::string_view kAskMaker = "Tell whoever made the package; it does not follow RFC 8493.";
inline constexpr std::string_view kHarmless = "Nothing to do; the content is not affected.";
inline constexpr std::string_view kDoNotUnpack = "Do not unpack it with other tools; ask the sender who made it.";

/// docs/package.md lists the same words; a test compares.
inline constexpr std::array kRules{
    RuleRow{"package.unknown", "This is no package that we know.", "Give a BagIt folder, or a zip or tar of one."},
    RuleRow{"package.unreadable", "The package could not be read to its end.", kAskAgain},
    RuleRow{"package.several", "There is more than one bag.", "Verify each bag by itself."},
    RuleRow{"package.beside", "There is something beside the bag.",
            "It is not covered by the manifests; look at it separately."},
    RuleRow{"package.duplicate_entry", "The archive holds two entries of one name.", kAskMaker},
    RuleRow{"package.too_large", "A text of the package itself is larger than any real one.", kAskMaker},
    RuleRow{"bagit.declaration", "bagit.txt is missing or not as the specification has it.", kAskMaker},
    RuleRow{"bagit.byte_order_mark", "bagit.txt begins with a byte order mark.", kAskMaker},
    RuleRow{"bagit.version", "The version of BagIt is not one of 0.93 to 0.97 or 1.0.", kAskMaker},
    RuleRow{"bagit.encoding", "A tag file is not in the declared encoding, or the encoding is not known here.",
            kAskMaker},
    RuleRow{"bagit.no_payload", "The folder data/ is missing.", kAskAgain},
    RuleRow{"bagit.no_manifest", "There is no payload manifest.", kAskAgain},
    RuleRow{"baginfo.syntax", "A line of bag-info.txt is not \"Label: value\".", kAskMaker},
    RuleRow{"baginfo.oxum", "Payload-Oxum does not fit the payload.",
            "A file is missing, too much or of another size: see the other findings."},
    RuleRow{"baginfo.repeated", "Payload-Oxum is given more than once.", kHarmless},
    RuleRow{"manifest.syntax", "A line of a manifest is not \"digest path\".", kAskMaker},
    RuleRow{"manifest.asterisk", "The manifest was written by md5sum -b: paths begin with an asterisk.", kHarmless},
    RuleRow{"manifest.algorithm", "The algorithm of a manifest is not known here; it was not checked.",
            "Check it with the tool of its maker."},
    RuleRow{"manifest.not_payload", "A payload manifest lists a path outside data/.", kAskMaker},
    RuleRow{"manifest.duplicate", "A manifest lists a path twice with the same digest.", kHarmless},
    RuleRow{"manifest.contradiction", "A manifest lists a path twice with different digests.", kAskAgain},
    RuleRow{"manifest.missing_file", "A listed file is not there.", kAskAgain},
    RuleRow{"manifest.unlisted_file", "A payload file is not listed in the manifest.",
            "It was added later, or the manifest was shortened: do not rely on it."},
    RuleRow{"manifest.digest", "A file's content differs from its digest.",
            "The file was changed or damaged after packing: ask for it again."},
    RuleRow{"manifest.case", "A listed name differs only in capitals from a file that is there.", kHarmless},
    RuleRow{"manifest.normalization",
            "A listed name differs only in Unicode normalisation from the file that is there.", kHarmless},
    RuleRow{"manifest.percent", "A path was percent-encoded in another way than the specification says.", kHarmless},
    RuleRow{"tagmanifest.missing_file", "A listed tag file is not there.", kAskAgain},
    RuleRow{"tagmanifest.digest", "A tag file's content differs from its digest.", kAskAgain},
    RuleRow{"tagmanifest.lists_itself", "A tag manifest lists a tag manifest.", kAskMaker},
    RuleRow{"tagmanifest.unlisted_manifest", "A tag manifest leaves out a payload manifest.", kAskMaker},
    RuleRow{"fetch.syntax", "A line of fetch.txt is not \"url length path\".", kAskMaker},
    RuleRow{"fetch.not_payload", "fetch.txt names a path outside data/.", kAskMaker},
    RuleRow{"fetch.unlisted", "fetch.txt names a file that no manifest lists.", kAskMaker},
    RuleRow{"fetch.incomplete", "A file of fetch.txt is not there. Nothing is ever fetched.",
            "Ask the sender for a complete package."},
    RuleRow{"fetch.length", "A file has another length than fetch.txt says.", kHarmless},
    RuleRow{"path.outside", "A path leads out of the package, on this or another system.", kDoNotUnpack},
    RuleRow{"path.special", "There is something that is neither file nor folder: it was not followed.", kDoNotUnpack},
    RuleRow{"path.unreadable", "A file could not be read.", "Check its permissions and the medium."},
    RuleRow{"path.collision", "Two names differ only in capitals or Unicode normalisation.",
            "Unpacked on Windows or macOS one would replace the other."},
    RuleRow{"findings.more", "There are more findings than are listed.", "Mend the listed ones first."},
};

} // namespace vtlt::export_
