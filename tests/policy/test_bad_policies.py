"""Policies with a mistake, each with exactly what the author of the policy is told."""

from __future__ import annotations

import pytest

from tests.policy.fakes import BASE, problems


def flow(step: str, more: str = "") -> str:
    """A policy of one flow with this step in line 4, whose text begins in column 13."""
    return f"policy: acme\nflows:\n  f:\n    steps: [{step}]\n{more}"


PARAMETERS = {
    "{check: match, with: {Threshold: 0.80}}": "4:46  flows.f.steps[0].with.Threshold  0.8 is not on the 0-100 scale; "
    "expected a percentage on the 0-100 scale, above 1 and at most 100; did you mean '80'?",
    "{check: match, with: {Threshold: 1}}": "4:46  flows.f.steps[0].with.Threshold  1 is not on the 0-100 scale; "
    "expected a percentage on the 0-100 scale, above 1 and at most 100; did you mean '100'?",
    "{check: match, with: {Threshold: 0}}": "4:46  flows.f.steps[0].with.Threshold  0 is not on the 0-100 scale; "
    "expected a percentage on the 0-100 scale, above 1 and at most 100",
    "{check: match, with: {Threshold: 101}}": "4:46  flows.f.steps[0].with.Threshold  101 is not on the 0-100 scale; "
    "expected a percentage on the 0-100 scale, above 1 and at most 100",
    "{check: match, with: {Threshold: .nan}}": "4:46  flows.f.steps[0].with.Threshold  nan is not a finite number; "
    "expected a number",
    "{check: match, with: {Threshold: -.inf}}": "4:46  flows.f.steps[0].with.Threshold  -inf is not a finite number; "
    "expected a number",
    "{check: match, with: {Threshold: 1e999}}": "4:46  flows.f.steps[0].with.Threshold  inf is not a finite number; "
    "expected a number",
    "{check: pose, with: {max_yaw_deg: 181}}": "4:47  flows.f.steps[0].with.max_yaw_deg  181 is too large; "
    "expected 0 to 180 degrees",
    "{check: pose, with: {max_yaw_deg: -1}}": "4:47  flows.f.steps[0].with.max_yaw_deg  -1 is too small; "
    "expected 0 to 180 degrees",
    "{check: pose, with: {max_yaw_deg: true}}": "4:47  flows.f.steps[0].with.max_yaw_deg  true is a yes-or-no value; "
    "expected a number",
    "{check: pose, with: {max_yaw_deg: '30'}}": "4:47  flows.f.steps[0].with.max_yaw_deg  '30' is text; "
    "expected a number; did you mean '30'?",
    "{check: pose, with: {max_yaw_deg: 1:30}}": "4:47  flows.f.steps[0].with.max_yaw_deg  '1:30' is text; "
    "expected a number",
    "{check: pose, with: {max_yaw_deg: }}": "4:47  flows.f.steps[0].with.max_yaw_deg  nothing is given; "
    "expected a number",
    "{check: pose, with: {max_yaw: 30}}": "4:34  flows.f.steps[0].with.max_yaw  unknown key 'max_yaw'; "
    "expected max_yaw_deg; did you mean 'max_yaw_deg'?",
    "{check: pose, with: [30]}": "4:33  flows.f.steps[0].with  this is a list; expected a mapping",
    "{check: face_count, with: {max_faces: 1.5}}": "4:51  flows.f.steps[0].with.max_faces  1.5 is a number; "
    "expected a whole number",
    "{check: face_count, with: {min_faces: 2}}": "4:51  flows.f.steps[0].with.min_faces  "
    "min_faces is 2 and max_faces is 1: nothing is between; expected min_faces <= max_faces",
    "{check: document, with: {kinds: []}}": "4:45  flows.f.steps[0].with.kinds  this is empty; "
    "expected at least one item",
    "{check: document, with: {kinds: [PASPORT]}}": "4:46  flows.f.steps[0].with.kinds[0]  unknown choice 'PASPORT'; "
    "expected PASSPORT or LICENCE; did you mean 'PASSPORT'?",
    "{check: document, with: {words: [a, a]}}": "4:49  flows.f.steps[0].with.words[1]  'a' is named twice; "
    "expected each name once",
    "{check: document, with: {words: ['']}}": "4:46  flows.f.steps[0].with.words[0]  this is empty; expected some text",
    "{check: document, with: {required: NO}}": "4:48  flows.f.steps[0].with.required  'NO' is text; "
    "expected true or false; did you mean 'false'?",
    "{check: strict}": "4:13  flows.f.steps[0]  the key 'with' is missing",
    "{check: strict, with: {pin: 3}}": "4:13  flows.f.steps[0]  strict: the pin must be even",
}
STEPS = {
    "{check: posee}": "4:21  flows.f.steps[0].check  unknown check 'posee'; "
    "expected one of pose, face_count, match, twin, document, strict; did you mean 'pose'?",
    "{check: Pose}": "4:21  flows.f.steps[0].check  unknown check 'Pose'; "
    "expected one of pose, face_count, match, twin, document, strict; did you mean 'pose'?",
    "pose": "4:13  flows.f.steps[0]  'pose' is text; expected a mapping",
    "{check: pose, on_fail: ignore}": "4:36  flows.f.steps[0].on_fail  unknown consequence 'ignore'; "
    "expected one of deny, review, warn",
    "{check: pose, on_inconclusive: warn}": "4:44  flows.f.steps[0].on_inconclusive  unknown consequence 'warn'; "
    "expected deny or review",
    "{check: pose, id: Pose 1}": "4:31  flows.f.steps[0].id  'Pose 1' is not a step id; "
    "expected lower-case letters, digits, hyphens and underscores",
    '{check: pose, id: "a\\n"}': "4:31  flows.f.steps[0].id  'a\\n' is not a step id; "
    "expected lower-case letters, digits, hyphens and underscores",
    "{check: pose, id: match}": "4:31  flows.f.steps[0].id  the step id 'match' is the name of another check; "
    "expected an id that misleads nobody",
    "{check: pose}, {check: pose}": "4:28  flows.f.steps[1]  the step id 'pose' is taken by the step at acme.yaml:4; "
    "expected an `id` of its own",
    "{check: pose}, {any_of: [{check: pose}]}": "4:38  flows.f.steps[1].any_of[0]  "
    "the step id 'pose' is taken by the step at acme.yaml:4; expected an `id` of its own",
    "{any_of: []}": "4:22  flows.f.steps[0].any_of  this is empty; expected at least one item",
    "{any_of: [{check: pose, on_fail: review}]}": "4:37  flows.f.steps[0].any_of[0].on_fail  "
    "'on_fail' is not allowed here: it belongs to the any_of, not to one of its alternatives",
    "{any_of: [{check: pose}], with: {}}": "4:39  flows.f.steps[0].with  "
    "'with' is not allowed here: the checks of an any_of are its items",
    "{check: pose, on_fail: warn}": "4:12  flows.f.steps  "
    "every step only warns or is deferred: the flow could refuse nobody; "
    "expected a step that is not deferred and whose on_fail is deny or review",
    "{any_of: [{check: pose, defer: true}]}": "4:37  flows.f.steps[0].any_of[0].defer  "
    "'defer' is not allowed here: it belongs to the any_of, not to one of its alternatives",
    "": "4:12  flows.f.steps  this is empty; expected at least one item",
}
EFFECTS = {
    "[store]": "5:14  flows.f.effects  nothing saves what these effects make; expected save or touch among them",
    "[save, store]": "5:21  flows.f.effects[1]  'store' cannot run after 'save'; expected it before save",
    "[save, touch]": "5:21  flows.f.effects[1]  'touch' would save a second time, after 'save'; "
    "expected one of the two",
    "[save, save]": "5:21  flows.f.effects[1]  'save' is named twice; expected each name once",
    "[sav]": "5:15  flows.f.effects[0]  unknown effect 'sav'; "
    "expected one of store, save, touch, retire; did you mean 'save'?",
}
GOOD = "flows: {f: {steps: [{check: pose}]}}\n"
TOP = {
    "": "1:1  (top)  the file is empty; expected at least `policy:` and `flows:`",
    "[]": "1:1  (top)  this is a list; expected a mapping",
    GOOD: "1:1  (top)  the key 'policy' is missing",
    "policy: acme\n": "1:1  (top)  the policy has no flows: nobody could be verified; expected `flows`, or `extends`",
    "policy: acme\nflows: {f: {}}\n": "2:9  flows.f  the flow has no steps: nothing is approved by default; "
    "expected at least one step",
    f"policy: globex\n{GOOD}": "1:9  policy  the file is acme.yaml but its policy 'globex'; expected acme",
    f"policy: acme\n{GOOD}consent: yes\n": "3:10  consent  unknown consent 'yes'; expected required or optional",
    f"policy: acme\n{GOOD}excecution: fastest\n": "3:1  excecution  unknown key 'excecution'; "
    "did you mean 'execution'?",
    f"policy: acme\n{GOOD}faces: {{shards: 0}}\n": "3:17  faces.shards  0 is too small; expected 1 to 100 collections",
    f"policy: acme\n{GOOD}retention: {{images_days: 90, faces_days: 60}}\n": "3:26  retention.images_days  "
    "images_days is 90 and faces_days is 60: the pictures would outlive the faces; expected images_days <= faces_days",
    f"policy: acme\n{GOOD}retention: {{faces_days: 29}}\n": "3:25  retention.faces_days  "
    "images_days is 30 and faces_days is 29: the pictures would outlive the faces; expected images_days <= faces_days",
    f"policy: acme\n{GOOD}extends: nobody\n": "3:10  extends  there is no policy file nobody.yaml",
    f"policy: acme\n{GOOD}extends: acme\n": "3:10  extends  acme -> acme goes in a circle",
    f"policy: acme\n{GOOD}policy: acme\n": "3:1  policy  the key 'policy' is given twice; "
    "expected only the one in line 1",
    f"policy: acme\n{GOOD}1: 2\n": "3:1  (top)  a key that is not text; expected a name, in quotes if need be",
    f"policy: acme\n{GOOD}--- {{}}\n": "3:1  (top)  a second document begins here; expected one document in a file",
    "policy: &a acme\nflows: *a\n": "2:8  flows  aliases (*name) are not supported; "
    "expected the values themselves, or `extends`",
    "policy: !!python/name:os.system acme\n": "1:9  policy  tags (tag:yaml.org,2002:python/name:os.system) "
    "are not supported; expected the plain value",
    "policy: acme\nflows: {F: {steps: [{check: pose}]}}\n": "2:9  flows.F  'F' is not a flow name; "
    "expected lower-case letters, digits and underscores",
    "policy: acme\nflows: {f: {adjust: {pose: {}}}}\n": "2:9  flows.f  there is no inherited flow 'f' to change; "
    "expected a flow with `steps`",
    "policy: acme\nflows: {f: {steps: [{check: pose}], disable: [pose]}}\n": "2:37  flows.f.disable  'disable' is not "
    "allowed here: it changes inherited steps, but this flow gives its steps anew: change them there",
}
CHANGES = {
    "adjust: {posee: {}}": "5:14  flows.register.adjust.posee  there is no inherited step 'posee'; "
    "expected one of face_count, pose, same_face, match, twin, card; did you mean 'pose'?",
    "adjust: {pose: {max_yaw: 1}}": "5:21  flows.register.adjust.pose.max_yaw  unknown key 'max_yaw'; "
    "expected max_yaw_deg; did you mean 'max_yaw_deg'?",
    "adjust: {card: {kind: [PASSPORT]}}": "5:21  flows.register.adjust.card.kind  unknown key 'kind'; "
    "expected one of kinds, words, required; did you mean 'kinds'?",
    "adjust: {twin: {Threshold: 0.9}}": "5:32  flows.register.adjust.twin.Threshold  0.9 is not on the 0-100 scale; "
    "expected a percentage on the 0-100 scale, above 1 and at most 100; did you mean '90'?",
    "adjust: {same_face: {Threshold: 90}}": "5:14  flows.register.adjust.same_face  "
    "'same_face' has no parameters: adjust its alternatives",
    "disable: [poses]": "5:15  flows.register.disable[0]  there is no inherited step 'poses'; "
    "expected one of face_count, pose, same_face, match, twin, card; did you mean 'pose'?",
    "disable: [face_count, pose, same_face, card]": "3:3  flows.register  "
    "the flow has no steps: nothing is approved by default; expected at least one step",
    "disable: [match, twin]": "5:14  flows.register.disable  'same_face' has no alternatives left; "
    "expected same_face itself to be disabled",
    "on_fail: {match: review}": "5:15  flows.register.on_fail.match  there is no inherited step 'match'; "
    "expected one of face_count, pose, same_face, card",
    "on_fail: {new: review}\n    insert: [{after: pose, check: pose, id: new}]": "5:15  flows.register.on_fail.new  "
    "'new' is no inherited step: this file inserts it; expected this where it is inserted, beside its `check`",
    "defer: [card]": "5:12  flows.register.defer  this is a list; expected a mapping, like {minimum_age: true}",
    "insert: [{after: poze, check: strict, with: {pin: 2}}]": "5:22  flows.register.insert[0].after  "
    "there is no inherited step 'poze'; expected one of face_count, pose, same_face, card; did you mean 'pose'?",
    "insert: [{check: strict, with: {pin: 2}}]": "5:14  flows.register.insert[0]  the key 'before' is missing; "
    "expected `after` or `before` an inherited step",
    "insert: [{after: pose, before: card, check: strict, with: {pin: 2}}]": "5:28  flows.register.insert[0].before  "
    "'before' is not allowed here: the step has `after` already",
    "insert: [{before: pose, check: pose}]": "5:14  flows.register.insert[0]  "
    "the step id 'pose' is taken by the step at base.yaml:8; expected an `id` of its own",
}


@pytest.mark.parametrize("step", [*PARAMETERS, *STEPS])
def test_a_step(step: str) -> None:
    assert problems(acme=flow(step)) == [f"acme.yaml:{ {**PARAMETERS, **STEPS}[step] }"]


@pytest.mark.parametrize("effects", EFFECTS)
def test_effects(effects: str) -> None:
    assert problems(acme=flow("{check: pose}", f"    effects: {effects}\n")) == [f"acme.yaml:{EFFECTS[effects]}"]


@pytest.mark.parametrize("text", TOP)
def test_the_file(text: str) -> None:
    assert problems(acme=text) == [f"acme.yaml:{TOP[text]}"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_is_inherited(change: str) -> None:
    text = f"policy: acme\nflows:\n  register:\n    # like the others, but\n    {change}\nextends: base\n"
    assert problems(base=BASE, acme=text) == [f"acme.yaml:{CHANGES[change]}"]


def test_a_misspelt_key_that_must_be_there() -> None:
    assert problems(acme=flow("{chek: pose}")) == [
        "acme.yaml:4:13  flows.f.steps[0]  the key 'check' is missing; expected `check` or `any_of`",
        "acme.yaml:4:14  flows.f.steps[0].chek  unknown key 'chek'; "
        "expected one of check, id, with, any_of, on_fail, on_inconclusive, defer; did you mean 'check'?",
    ]


def test_not_yaml() -> None:
    (problem,) = problems(acme="policy: acme\nflows: {\n")
    assert problem.startswith("acme.yaml:3:1  (top)  not YAML: ")


def test_a_tenant_name_that_fits_no_bucket_key() -> None:
    expected = "'-x' is not a tenant; expected 2 to 40 lower-case letters, digits and hyphens"
    assert f"acme.yaml:1:9  policy  {expected}" in problems(acme="policy: -x\nflows: {f: {steps: [{check: pose}]}}")


def test_all_problems_of_all_files_come_at_once_each_where_it_stands() -> None:
    base = "policy: base\nconsent: maybe\nflows: {f: {steps: [{check: pose}]}}\n"
    acme = (
        "policy: acme\nextends: base\nlimits: {max: 1}\nflows:\n  f:\n    disable: [nose]\n    effects: [save, store]\n"
    )
    found = problems(base=base, acme=acme)
    assert [line.partition("  ")[0] for line in found] == [
        "acme.yaml:3:10",
        "acme.yaml:6:15",
        "acme.yaml:7:21",
        "base.yaml:2:10",
    ]


def test_files_that_extend_each_other_in_a_circle() -> None:
    found = problems(acme="policy: acme\nextends: base\n", base="policy: base\nextends: acme\n")
    assert found == ["base.yaml:2:10  extends  acme -> base -> acme goes in a circle"]


def test_too_many_files() -> None:
    chain = {f"p{n}": f"policy: p{n}\nextends: p{n + 1}\n" for n in range(6)}
    found = problems(acme="policy: acme\nextends: p0\n", **chain)
    assert found == ["p3.yaml:2:10  extends  too many files extend each other; expected at most 5"]


def test_a_mistake_of_an_inherited_file_is_told_with_that_file() -> None:
    assert problems(acme="policy: acme\nextends: base\n", base="policy: base\nflows: {f: {steps: []}}\n") == [
        "base.yaml:2:20  flows.f.steps  this is empty; expected at least one item"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 60_000, "nested more than 20 deep"),
        ("a: " + "x" * 66_000, "the file has 66,003 bytes; expected at most 65,536"),
        ("a: [" + "1," * 6_000 + "]", "the file has more than 5,000 values"),
        ("&a [&b [*a]]", "aliases (*name) are not supported; expected the values themselves, or `extends`"),
        ("a: \x07", "not YAML: control characters are not allowed"),
        ("\ud800", "the file is not UTF-8 text"),
    ],
    ids=["nesting", "size", "values", "aliases", "control", "surrogate"],
)
def test_files_made_to_do_harm(text: str, message: str) -> None:
    (problem,) = problems(acme=text)
    assert problem.endswith(message)
