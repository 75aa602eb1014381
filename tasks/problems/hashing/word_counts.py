"""Word frequencies.

Count how often each word occurs in a text and return a dict from word to
count. Words are separated by white space, compared without regard to case
(the key is the lower-case form), and stripped of the punctuation .,;:!? at
either end. What is nothing but punctuation is not a word.
"""

# %% meta
entry_points = ["word_counts"]
categories = ["type", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def word_counts(text):
    counts = {}
    for raw in text.split():
        word = raw.strip(".,;:!?").lower()
        if word:
            counts[word] = counts.get(word, 0) + 1
    return counts

# %% cases
def visible():
    return [["the cat and the hat"], ["Stop! stop, STOP."], [""]]

def hidden(rng):
    words = ["Tea", "tea", "tea,", "milk", "milk.", "!", "sugar", "Sugar?"]
    cases = [
        ["one"],
        ["a a a a"],
        ["A a"],
        ["..."],
        ["well ... yes"],
        ["don't stop"],
        ["don't don't Don't"],
        ["x.y x.y."],
        ["(a) a"],
        ["tab\tand\nline line"],
        ["end; end: end!?"],
        ["   "],
        ["1 2 1"],
        ["to be, or not to be"],
    ]
    for length in (8, 20, 40):
        cases.append([" ".join(rng.choice(words) for _ in range(length))])
    return cases

# %% bug dict_append category=type
def word_counts(text):
    counts = {}
    for raw in text.split():
        word = raw.strip(".,;:!?").lower()
        if word:
            counts.append(word)
    return counts

# %% bug get_without_default category=type
def word_counts(text):
    counts = {}
    for raw in text.split():
        word = raw.strip(".,;:!?").lower()
        if word:
            counts[word] = counts.get(word) + 1
    return counts

# %% bug restarts_at_one category=logic
def word_counts(text):
    counts = {}
    for raw in text.split():
        word = raw.strip(".,;:!?").lower()
        if word:
            counts[word] = 1
    return counts
