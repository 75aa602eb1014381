"""Plausible identifiers for renamed programs."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.split()))


FUNCTION_VERBS = _words("""
    apply assemble build check choose clean collect combine compute convert count create decide derive
    detect determine evaluate extract fetch figure filter find form gather get handle locate look make
    measure merge obtain parse pick prepare process produce read resolve run scan search select solve
    summarize take tally trace transform walk work
""")

FUNCTION_NOUNS = _words("""
    amount answer area batch block bounds bucket chain changes cells cost counts data depth detail
    digest distance entries entry events fields figures flow frame gap grid group height index items
    jobs key labels layout length level lines list load marks match matrix members message moves names
    network nodes numbers order output pairs parts pattern path peak piece plan points position price
    profile range rank rate records region report result rows route run samples scores section segment
    sequence series set shape signal size slots span spread state steps string summary table tags target
    text tokens total tree units value values view weights width window words
""")

LETTERS = _words("""
    a b c d e f g h i j k m n p q r s t u v w x y z
""")

VARIABLES = _words("""
    account acc active agenda alpha amount anchor answer area array aux back balance bank base batch
    bench best beta bin block board body bottom bound box branch bucket buffer bundle cache candidate
    capacity card cell center chain change channel char check child chunk code coin col column combined
    content copy core corner cost count counter course cup current cursor curve cut data day deck deep
    delta depth desk diff digit distance doc done draft drop edge element end entry epoch error event
    extra factor field figure final first flag floor flow fold found frame free front gap gate goal
    grade graph grid group half hand handle head heap height hit hold hour house inner info inp item job
    joint jump kept key kind label lane last layer leaf left length level limit line link load local
    loop lot low main map margin mark mass matched max_seen member memo merged mid middle min_seen
    minute mode month more move name near needed nested node note num number offset old order origin
    other out outer output pack page pair panel parent part passed path peak pending person phase pick
    piece pile pivot place plan plus point pool port pos position power prefix prev price probe prod
    quota rank rate ratio raw reach rec record ref region remaining res rest result right ring root
    route row rule running sample saved scale score seat second section seed seen segment seq series
    session shape share shift short side sign signal single site size skip slot small source space span
    spot stage stamp start state station step stock stop store stream street string suffix sum_so_far
    table tail taken target task team temp term test text tick tie tier time token top total track trail
    tree trial turn unit upper used val value vector view visit volume wait walk wall wanted weight
    width window word work year zone
""")
