"""The synthetic world: exact scores, exact entropy, true facts and labels, honest splits."""

import hashlib
import json
import re
import time
from collections import defaultdict
from itertools import pairwise
from math import exp2, inf, log2, sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_grammar import derivations

from minillm import storyland
from minillm.storyland import SPLITS, World
from minillm.storyland.grammar import About, Choice, Field

HOMONYMS = {
    "bank": {"river", "money"},
    "bat": {"animal", "club"},
    "ring": {"jewel", "sound"},
    "bark": {"tree", "dog"},
    "spring": {"season", "water"},
    "light": {"lamp", "weight"},
}
TINY = """
girl = Ada | Bea
boy = Carl | Dan
town = Ely | Rye
say_town = {name} lived in {town}. | {name} came from {town}. | Seek {name} in {town}.
say_friend = {name} liked {friend}. | {name} trusted {friend}. | Nobody but {name} knew {friend}.
look = red | rusty
end = {#mood=happy}{He} smiled. | {#mood=sad}{other} laughed at {him}.
story = [<say_town>|<say_friend>] The <look> {bank=river} [|of {friend_town} ]shook. <end>
"""


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture(scope="module")
def train(world):
    return world.stories(4000)


def tiny(**knobs):
    knobs = {"n_people": 4, "n_templates": 3, "held_out_people": 2, "held_out_templates": 1} | knobs
    return World(**knobs, wording=TINY)


# ---- score and entropy ----


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("noise", [0, 0.1])
def test_tiny_world_says_every_text_once_with_the_probability_it_scores(split, noise):
    small = tiny(noise=noise, profiles=0.3)
    listing = list(derivations(small.root(split)))
    texts = [text for text, _ in listing]
    assert len(texts) == len(set(texts)) > 20
    assert sum(p for _, p in listing) == pytest.approx(1)
    assert sum(exp2(small.score(text, split)) for text in texts) == pytest.approx(1)
    for text, p in listing:
        assert small.score(text, split) == pytest.approx(log2(p))
    entropy = small.entropy(split)
    assert entropy.bits_per_story == pytest.approx(-sum(p * log2(p) for _, p in listing))
    assert entropy.bytes_per_story == pytest.approx(sum(p * len(text) for text, p in listing))


def heads(cell):
    """Return the (literal, rest) with which a derivation can go on; a cell is (node, person, rest).

    Cells are shared (CELLS), so that two derivations meet again exactly where their rests are one.
    """
    if cell is None:
        return []
    node, person, rest = cell
    match node:
        case "":
            return heads(rest)
        case str():
            return [(str(node), rest)]
        case Field(name):
            return heads(shared(person[name], person, rest))
        case About(other, child):
            return heads(shared(child, other, rest))
        case Choice():
            options = (shared(option, person, rest) for option in node.options)
            return [head for option in options for head in heads(option)]
        case _:
            for item in reversed(node):
                rest = shared(item, person, rest)
            return heads(rest)


CELLS: dict[tuple[int, int, int], tuple] = {}


def shared(node, person, rest):
    cell = (node, person, rest)
    return CELLS.setdefault((id(node), id(person), id(rest)), cell)


def meet(left, right):
    """Say whether two different derivations, each at a (literal, rest), can spell one text."""
    todo, seen = [(*left, *right)], set()
    while todo:
        a, rest_a, b, rest_b = todo.pop()
        n = min(len(a), len(b))
        key = (a, id(rest_a), b, id(rest_b))
        if a[:n] != b[:n] or key in seen:
            continue
        seen.add(key)
        a, b = a[n:], b[n:]
        if not a and not b and rest_a is rest_b:
            return True
        lefts = [(a, rest_a)] if a else heads(rest_a)
        rights = defaultdict(list)
        for head in [(b, rest_b)] if b else heads(rest_b):
            rights[head[0][0]].append(head)
        todo += [(*x, *y) for x in lefts for y in rights[x[0][0]]]
    return False


def is_ambiguous(root):
    """Say whether some text has two derivations: follow every pair from where it parts."""
    CELLS.clear()
    todo, done = [shared(root, {}, None)], set()
    while todo:
        cell = todo.pop()
        if cell is None or id(cell) in done:
            continue
        done.add(id(cell))
        options = sorted(heads(cell), key=lambda head: head[0])
        for i, left in enumerate(options):
            for right in options[i + 1 :]:
                if not right[0].startswith(left[0]):
                    break
                if meet(left, right):
                    return True
        todo += [rest for _, rest in options]
    return False


@pytest.mark.parametrize("split", ["train", "test"])
def test_no_text_of_the_real_wording_has_two_derivations(split):
    small = World(n_people=6, held_out_people=3)
    assert not is_ambiguous(small.root(split))


@pytest.mark.parametrize(
    "clash", ["[He|{He}] smiled.", "[a|ab][bc|c]", "[x|] y[| x] [|x ]y", "[re|r][d|ed]"]
)
def test_a_text_with_two_derivations_is_found(clash):
    small = World(n_people=4, held_out_people=2, n_templates=3, wording=f"{TINY} {clash}")
    is_double = len({t for t, _ in derivations(small.root())}) < len([*derivations(small.root())])
    assert is_ambiguous(small.root()) == is_double


@pytest.mark.parametrize("split", SPLITS)
def test_sampled_mean_equals_the_entropy_within_its_standard_error(world, split):
    stories = world.stories(4000, seed=1, split=split)
    bits = [-story.log2_prob for story in stories]
    sizes = [float(len(story.text.encode())) for story in stories]
    for sample, exact in zip((bits, sizes), world.entropy(split), strict=True):
        error = stdev(sample) / sqrt(len(sample))
        assert error < 0.01 * exact
        assert abs(fmean(sample) - exact) < 3 * error


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("noise", [0, 0.05])
def test_score_of_a_story_is_the_log2_probability_of_its_draw(split, noise):
    noisy = World(seed=3, noise=noise)
    for story in noisy.stories(60, split=split):
        assert noisy.score(story.text, split) == pytest.approx(story.log2_prob, abs=1e-9)


@pytest.mark.parametrize("split", SPLITS)
def test_entropy_is_between_0_4_and_0_6_bits_per_byte(world, split):
    assert 0.4 < world.entropy(split).bits_per_byte < 0.6


def test_noise_and_people_and_templates_add_entropy():
    def bits(n_people=12, **knobs):
        return World(n_people=n_people, held_out_people=2, **knobs).entropy().bits_per_story

    assert bits() < bits(noise=0.02) < bits(noise=0.2)
    assert bits() < bits(n_people=16)
    assert bits(n_templates=4) < bits(n_templates=6)
    assert bits(profiles=0.2) < bits(profiles=0.1)


def test_score_of_what_the_world_cannot_say_is_minus_infinity(world, train):
    story = next(s.text for s in train if s.labels["plot"] == "market")
    town = re.search(r"market day in ([A-Z]\w+(?: [A-Z]\w+)*)\.", story).group(1)
    other_town = "Fox Green" if town != "Fox Green" else "Mill End"
    assert world.score(story) > -inf
    for text in (
        "",
        "The cat sat on the mat.",
        story[:-1],
        story + " ",
        story + "\n",
        story + story,
        " " + story,
        story.lower(),
        story.replace(f"market day in {town}", f"market day in {other_town}"),
        story.replace(" to ", " too ", 1) if " to " in story else story + ".",
        "\N{BLACK SUN WITH RAYS}",
    ):
        assert world.score(text) == -inf, text


# ---- the stream ----


def sentences(stories):
    return [sentence for story in stories for sentence in re.split(r"(?<=\.) ", story.text)]


def digest(stories):
    return hashlib.sha256("\n".join(story.text for story in stories).encode()).hexdigest()


@pytest.mark.parametrize(
    ("knobs", "split", "expected"),
    [
        ({}, "train", "7e7e900697e3ca4049a8b541230c139072405e0e2077b018c2bd8452a79c2809"),
        ({}, "test", "da89c89907fc0f60c158b2cb7adbfdb13d7c240b90e3eb5504ffdcfea839950a"),
        (
            {"seed": 7, "n_people": 100, "noise": 0.05},
            "valid",
            "13c69857f5699aad590e5833d93f2e6efcee2cc345ba4ad6a24cc3789c25da6f",
        ),
    ],
)
def test_the_same_seed_gives_the_same_bytes_on_every_platform(knobs, split, expected):
    assert digest(World(**knobs).stories(500, seed=11, split=split)) == expected


def test_other_seeds_and_splits_give_other_stories(world):
    streams = [world.stories(50, seed, split) for seed in (0, 1) for split in ("train", "valid")]
    streams.append(World(seed=1).stories(50))
    assert len({digest(stream) for stream in streams}) == 5


def test_six_megabytes_take_under_five_seconds():
    start = time.process_time()
    world = World()
    n = int(6e6 / world.entropy().bytes_per_story) + 50
    size = sum(len(story.text) for story in world.stories(n))
    assert time.process_time() - start < 5
    assert size > 6e6


def test_stories_are_tidy_english_sentences(world, train):
    for story in train + world.stories(200, split="test"):
        assert story.text.isascii()
        assert "\n" not in story.text
        assert "  " not in story.text
        assert not re.search(r"\b[Aa] [aeiou]|[.?!] [a-z]|[ ,][.,]|[{}<>|\[\]#]", story.text)
        assert re.fullmatch(r'[A-Z"].*\.', story.text)


# ---- what is held out ----


def test_train_tells_of_held_out_people_in_profiles_only(world, train):
    held_out = {fact["subject"] for fact in world.facts() if fact["held_out"]}
    seen = {fact["subject"] for fact in world.facts()} - held_out
    assert (len(held_out), len(seen)) == (8, 40)
    told = {"story": set(), "profile": set()}
    for story in train:
        names = (held_out | seen).intersection(re.findall(r"\w+", story.text))
        assert names == set(story.labels["people"])
        told[story.labels["kind"]] |= names
    assert told == {"story": seen, "profile": seen | held_out}


def test_train_without_profiles_never_names_held_out_people():
    world = World(profiles=0)
    held_out = {fact["subject"] for fact in world.facts() if fact["held_out"]}
    for story in world.stories(500):
        assert story.labels["kind"] == "story"
        assert held_out.isdisjoint(re.findall(r"\w+", story.text))


@pytest.mark.parametrize("split", ["people", "templates", "test"])
def test_train_cannot_say_what_the_held_out_splits_say(world, split):
    for story in world.stories(100, split=split):
        assert world.score(story.text, split) > -inf
        assert world.score(story.text, "train") == -inf
        assert world.score(story.text, "valid") == -inf


def test_held_out_templates_are_in_their_splits_and_not_in_train(world, train):
    said = {f"{p} {fact['object']}." for fact in world.facts() for p in fact["paraphrases"]}
    assert len(said) == 2 * 8 * 48
    assert said.isdisjoint(sentences(train))
    for story in world.stories(50, split="templates"):
        assert len(said.intersection(sentences([story]))) == 2


def test_profiles_state_every_fact_in_its_first_template(world, train):
    profiles = {s.labels["people"][0]: s.text for s in train if s.labels["kind"] == "profile"}
    for fact in world.facts():
        assert f"{fact['prompts'][0]} {fact['object']}." in profiles[fact["subject"]]


# ---- facts and labels ----


def test_facts_survive_json_and_are_complete(world):
    facts = world.facts()
    assert json.loads(json.dumps(facts)) == facts
    pairs = {(fact["subject"], fact["relation"]) for fact in facts}
    assert len(pairs) == len(facts) == 48 * 8
    assert {len(fact["prompts"]) for fact in facts} == {6}


@pytest.mark.parametrize("split", SPLITS)
def test_every_prompt_in_a_text_goes_on_with_the_true_object(world, split):
    objects = {
        prompt: fact["object"]
        for fact in world.facts()
        for prompt in fact["prompts"] + fact["paraphrases"]
    }
    n_checked = 0
    for sentence in sentences(world.stories(1000, split=split)):
        for space in re.finditer(" ", sentence):
            if sentence[: space.start()] in objects:
                assert sentence[space.end() :] == objects[sentence[: space.start()]] + "."
                n_checked += 1
    assert n_checked >= 2000


def test_neighbours_share_the_object_and_nobody_else_does(world):
    objects = {(fact["subject"], fact["relation"]): fact["object"] for fact in world.facts()}
    for fact in world.facts():
        sharing = {
            subject
            for (subject, relation), value in objects.items()
            if (relation, value) == (fact["relation"], fact["object"])
        }
        assert sharing == {fact["subject"], *fact["neighbours"]}
        assert fact["subject"] not in fact["neighbours"]


def test_senses_label_every_homonym_where_it_stands(train):
    found = {word: set() for word in HOMONYMS}
    for story in train:
        senses = story.labels["senses"]
        starts = [m.start() for m in re.finditer(rf"\b({'|'.join(HOMONYMS)})\b", story.text)]
        assert [sense["start"] for sense in senses] == starts
        for sense in senses:
            assert story.text.startswith(sense["word"], sense["start"])
            found[sense["word"]].add(sense["sense"])
    assert found == HOMONYMS


def test_plot_and_mood_label_stories_and_not_profiles(train):
    plots = {story.labels["plot"] for story in train if story.labels["kind"] == "story"}
    assert len(plots) == 8
    for story in train:
        is_story = story.labels["kind"] == "story"
        assert (story.labels["mood"] in {"happy", "sad"}) == is_story
        assert (story.labels["plot"] is not None) == is_story
        if story.labels["plot"] == "market":
            assert "market day" in story.text
    for mood, word in {"happy": "so glad,", "sad": "so weary,"}.items():
        assert {s.labels["mood"] for s in train if word in s.text} == {mood}


def test_friends_of_a_hero_are_in_the_heros_group(world):
    groups = {fact["subject"]: fact["held_out"] for fact in world.facts()}
    for fact in world.facts():
        if fact["relation"] == "friend":
            assert groups[fact["object"]] == fact["held_out"]
            assert fact["object"] != fact["subject"]


# ---- knobs ----


@given(st.integers(0, 99), st.integers(4, 90), st.integers(2, 8), st.sampled_from([0, 0.1]))
@settings(max_examples=10, deadline=None)
def test_any_world_scores_what_it_says(seed, n_people, n_templates, noise):
    world = World(
        seed, n_people, n_templates, noise, held_out_people=2, held_out_templates=1, profiles=0.5
    )
    assert len({fact["subject"] for fact in world.facts()}) == n_people
    for split in SPLITS:
        for story in world.stories(2, seed, split):
            assert world.score(story.text, split) == pytest.approx(story.log2_prob, abs=1e-9)


def test_many_people_have_different_full_names():
    names = {fact["subject"] for fact in World(n_people=2048).facts()}
    assert len(names) == 2048
    assert all(len(name.split()) == 2 for name in names)
    assert not any(b.startswith(a) for a, b in pairwise(sorted(names)))


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"noise": 1}, "noise must be .* got 1"),
        ({"noise": -0.1}, "noise must be .* got -0.1"),
        ({"profiles": 1.5}, "profiles must be .* got 1.5"),
        ({"n_people": 2049}, "got 2049 and 8"),
        ({"n_people": 9}, "got 9 and 8"),
        ({"held_out_people": 1}, "got 48 and 1"),
        ({"held_out_people": -2}, "got 48 and -2"),
        ({"n_templates": 9}, "got 2 and 9"),
        ({"n_templates": 2}, "got 2 and 2"),
        ({"held_out_templates": -1}, "got -1 and 8"),
        ({"wording": "girl = Ada\nboy = Ben"}, "lacks .*story"),
        ({"wording": "say_town = Go to {town} now."}, "say_town has no object"),
    ],
)
def test_a_knob_out_of_range_is_refused_with_its_value(knobs, message):
    if "wording" in knobs:
        knobs = knobs | {"n_templates": 1, "held_out_templates": 0}
    with pytest.raises(ValueError, match=message):
        World(**knobs)


def test_bad_calls_are_refused_with_the_value(world):
    with pytest.raises(ValueError, match="'dev'"):
        world.stories(1, split="dev")
    with pytest.raises(ValueError, match="got -1"):
        world.stories(-1)
    with pytest.raises(ValueError, match="b'Ada'"):
        world.score(b"Ada")
    for knobs in ({"held_out_people": 0}, {"held_out_templates": 0}):
        with pytest.raises(ValueError, match="held out"):
            World(**knobs).entropy("test")


def test_the_wording_is_ascii_and_documented():
    assert storyland.WORDING.read_text("ascii").startswith("# The wording of Storyland")
