// SPDX-License-Identifier: GPL-3.0-or-later
// The page after 412: shows in both values which words differ.

/** Words that are in `text` and not in `other`, by the longest common subsequence.
 * @param {string[]} text @param {string[]} other @returns {boolean[]} */
function differing(text, other) {
  const lengths = Array.from({length: text.length + 1}, () => new Uint16Array(other.length + 1));
  for (let i = text.length - 1; i >= 0; --i) {
    for (let j = other.length - 1; j >= 0; --j) {
      lengths[i][j] = text[i] === other[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const result = text.map(() => true);
  for (let i = 0, j = 0; i < text.length && j < other.length;) {
    if (text[i] === other[j]) {
      result[i++] = false;
      ++j;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) ++i;
    else ++j;
  }
  return result;
}

/** @param {Element} place @param {string} text @param {string} other */
function light(place, text, other) {
  const words = text.split(/(?<=\s)/u);
  const marks = differing(words, other.split(/(?<=\s)/u));
  place.replaceChildren(...words.map((word, i) => {
    if (!marks[i]) return document.createTextNode(word);
    const mark = document.createElement("mark");
    mark.textContent = word;
    return mark;
  }));
}

export function startMerge() {
  for (const field of document.querySelectorAll(".merge")) {
    const [theirs, yours] = field.querySelectorAll(".merge-value");
    const inputs = field.querySelectorAll("input");
    const values = [inputs[0].value, inputs[1].value];
    if (values[0] && values[1] && values[0].length + values[1].length < 4000) {
      light(theirs, values[0], values[1]);
      light(yours, values[1], values[0]);
    }
  }
}
