"""Grouping anagrams.

Put words that are made of the same letters into one group. Return the list of
groups in the order in which their first word appears; within a group the words
keep their order, and repeated words are kept. Case matters: "Ab" and "ba" are
no anagrams. Word lists run to thousands of entries.
"""

# %% meta
entry_points = ["group_anagrams"]
categories = ["type", "algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def group_anagrams(words):
    groups = {}
    for word in words:
        key = "".join(sorted(word))
        if key not in groups:
            groups[key] = []
        groups[key].append(word)
    return list(groups.values())

# %% cases
def visible():
    return [[["tea", "eat", "tan", "ate", "nat"]], [["Ab", "ba"]], [[]]]

def hidden(rng):
    cases = [
        [[""]],
        [["", ""]],
        [["a"]],
        [["a", "a"]],
        [["ab", "ba", "ab"]],
        [["aab", "ab", "abb"]],
        [["aab", "abb", "baa", "bba"]],
        [["listen", "silent", "enlist", "google", "elgoog"]],
        [["z", "a", "z", "b", "a"]],
        [["12", "21", "1 2"]],
        [["No", "on", "oN"]],
        [["abc", "cab", "", "bca", "ac"]],
    ]
    for length in (8, 15, 30):
        lengths = [rng.randrange(1, 4) for _ in range(length)]
        cases.append([["".join(rng.choice("abc") for _ in range(k)) for k in lengths]])
    return cases

# %% scaling
sizes = [500, 1000, 2000, 4000]
def scaling(n, rng, adverse):
    letters = "abcdefghijklmnopqrstuvwxyz"
    if adverse:
        return [[letters[i % 26] + letters[i // 26 % 26] * 2 + letters[i // 676 % 26] * 4 for i in range(n)]]
    return [["".join(rng.choice(letters) for _ in range(6)) for _ in range(n)]]

# %% bug searches_all_groups category=algorithm
def group_anagrams(words):
    groups = []
    for word in words:
        for group in groups:
            if sorted(group[0]) == sorted(word):
                group.append(word)
                break
        else:
            groups.append([word])
    return groups

# %% bug list_add category=type
def group_anagrams(words):
    groups = {}
    for word in words:
        key = "".join(sorted(word))
        if key not in groups:
            groups[key] = []
        groups[key].add(word)
    return list(groups.values())

# %% bug unhashable_key category=type
def group_anagrams(words):
    groups = {}
    for word in words:
        key = sorted(word)
        if key not in groups:
            groups[key] = []
        groups[key].append(word)
    return list(groups.values())

# %% bug key_ignores_repeats category=logic
def group_anagrams(words):
    groups = {}
    for word in words:
        key = "".join(sorted(set(word)))
        if key not in groups:
            groups[key] = []
        groups[key].append(word)
    return list(groups.values())
