// The sentences of the page, in the language of the browser; the server sends them.

let words = {};

export function setWords(sentences) {
  words = sentences;
}

/** Return a sentence by its name; `values` take the places of {name} in it. */
export function word(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
