"""The synthetic world of order support: shops, policies, tools, and conversations about them.

A conversation is a list of turns (role, text) with the roles sys, doc, user, asst and tool; the decoder learns the turns
of asst. Everything is drawn from one random generator, so a seed names a conversation.

Three splits share nothing but the grammar: 'train', 'dev' and 'heldout' differ in sentence frames (frames.py), in names
(words.py), in the shapes of ids and in numbers (`mine`). Dev may be looked at while improving this file; heldout may not.

  python3 generator.py show train 5          prints conversations
  python3 generator.py shop heldout FOLDER   writes policies.jsonl, shop.json and questions.jsonl
  python3 generator.py check                 proves the splits disjoint and heldout wording in the vocabulary of train
"""
import json, os, random, re, string, sys

from frames import CLOSE, FACT_RULES, FILLER, OPEN, POLICY, REPLY, RULES, SMALL, TOOLS, WRAP
from words import WORDS

SYSTEMS = ["Answer briefly.", "You are the support agent of {shop}.", "You are the support agent of {shop}. Answer briefly.",
           "Use a tool for orders, answer policy questions from the passages.", "Help the customer of {shop}."]
SYSTEM = SYSTEMS[0]  # the system turn of the demonstration
UNKNOWN = "I could not find that in our policies."
ASK = {"order": "Could you give me the order number, please?", "parcel": "Could you give me the tracking number, please?",
       "amount": "Which amount should I use for the refund?", "city": "Which city should the order go to?"}

ID_SHAPES = {  # A is a capital letter, 9 a digit
    "train": ["A-9999", "A-99999", "AA-9999", "AAA-999", "999999", "99999", "A9999", "AA999999", "A-99-999", "ORD-99999", "99A-999", "9999-99", "A9A9A9"],
    "dev": ["AA-99999", "999-AAA", "99-9999-9"],
    "heldout": ["AAA999A", "9A9A-99", "9999999", "AA-999-99"],
}
RESERVED_SHAPES = set(ID_SHAPES["dev"] + ID_SHAPES["heldout"])
RESERVED_WORDS = {x.lower() for s in ("dev", "heldout") for names in WORDS[s].values() for n in names for x in n.split()}
SYLLABLE = ([""] + "b c d f g h j k l m n p qu r s st t tr v w x y z".split(), "a e i o u y".split(), ["", ""] + "n r s l d ck m t".split())
VOCABULARY = sorted(set(re.findall(r"[a-z]{4,}", json.dumps([TOOLS[t]["train"] for t in TOOLS] + [POLICY[t]["ask"]["train"] for t in POLICY] + [WORDS["train"]]).lower())))


# Words that a sentence can lose, and words that may turn up in it, without a change of what it asks.
LOOSE = set("i you we me my our the a an is are was do does did can could will would may should to of for on in at it that this there be have has by with please just now".split())
STRAY = ("really just now today already still again never maybe also please because so then correct right always only exactly here there well once first place time "
         "back any all very much must not new old good some since but if when as it is i you we the a my to of in on at for with from and or this that what").split()

def bare(template):
    """A frame without signs and case and with its order or parcel as one slot, to tell whether two frames are the same."""
    t = re.sub(r"((my|the|our|this) )?(order|purchase)( number| no\.)? ?#?\{id\}", "{o}", template.lower())
    t = re.sub(r"((my|the|this) )?(parcel|package|shipment|box)( number| no\.)? ?\{id\}", "{p}", t)
    return " ".join(re.sub(r"[^a-z0-9{}' ]", " ", t).split())

RESERVED_FRAMES = {bare(f) for s in ("dev", "heldout") for part in ([TOOLS[t][s][k] for t in TOOLS for k in TOOLS[t][s]] + [POLICY[t][k][s] for t in POLICY for k in ("facts", "ask")])
                   for f in part}

def mine(split, number):
    """Whether a number belongs to a split: of seven residues one is kept for dev and two for heldout."""
    return {1: "heldout", 3: "dev", 5: "heldout"}.get(number % 7, "train") == split

def expand(r, template):
    """Takes one branch of every [a|b|c]."""
    while "[" in template:
        template = re.sub(r"\[([^\[\]]*)\]", lambda m: r.choice(m.group(1).split("|")), template)
    return template

def tidy(text):
    text = re.sub(r"\s+([,.?!:])", r"\1", re.sub(r" +", " ", text)).strip(" ,")
    return re.sub(r",\s*([.?!])", r"\1", re.sub(r"([.?!])[.,]", r"\1", text))

def capital(text):
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------- the tools, a pure function of (name, arguments, shop)
RESULT = {  # result keys in order: an argument, or a key of the order or parcel
    "order_status": ["order", "status", "carrier", "date"],
    "track_parcel": ["parcel", "location", "carrier", "date"],
    "refund_quote": ["order", "amount", "fee", "refund_date"],
    "change_address": ["order", "city", "date"],
    "return_label": ["order", "label", "label_date"],
    "send_invoice": ["order", "invoice", "total"],
}
REPORT = {
    "order_status": "Order {order} is {status}. The carrier is {carrier}, the expected date is {date}.",
    "track_parcel": "Parcel {parcel} is in {location} with {carrier} and should arrive on {date}.",
    "cancelled": "Order {order} is cancelled. You get {refund} back.",
    "too late": "Order {order} can no longer be cancelled, it is {status}.",
    "refund_quote": "For order {order} a refund of {amount} is possible with a fee of {fee}. The money arrives by {refund_date}.",
    "change_address": "Order {order} now goes to {city} and should arrive on {date}.",
    "return_label": "Your return label for order {order} is {label}. It is valid until {label_date}.",
    "send_invoice": "Invoice {invoice} for order {order} over {total} was sent to you.",
    "not found": "I could not find {noun} {id}. Please check the number.",
}

def run_tool(name, arguments, shop):
    """The result of a tool as an ordered dictionary of strings."""
    noun = TOOLS[name]["args"][0]
    entry = shop["parcels" if noun == "parcel" else "orders"].get(arguments[noun])
    if entry is None:
        return {"error": "not found", noun: arguments[noun]}
    if name == "cancel_order":
        if entry["cancellable"] == "yes":
            return {"order": arguments["order"], "cancelled": "yes", "refund": entry["total"]}
        return {"order": arguments["order"], "cancelled": "no", "status": entry["status"]}
    return {key: arguments[key] if key in arguments else entry[key] for key in RESULT[name]}

def report(name, result):
    """The answer that tells a tool's result: every value of it, word by word."""
    if "error" in result:
        noun = TOOLS[name]["args"][0]
        return REPORT["not found"].format(noun=noun, id=result[noun])
    if name == "cancel_order":
        name = "cancelled" if result["cancelled"] == "yes" else "too late"
    return REPORT[name].format(**result)

def facts_of(result):
    return [v for k, v in result.items() if k not in ("error", "cancelled")]

def call_text(name, arguments):
    return json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)


class World:
    def __init__(self, split, seed):
        self.split, self.r, self.words = split, random.Random(seed), WORDS[split]

    # ------------------------------------------------------------ words, ids and numbers
    def made_up(self):
        """A word nobody knows, of pieces of known ones or of syllables: names are to be copied and matched, not known."""
        r = self.r
        while True:
            if r.random() < .6:
                a, b = r.choice(VOCABULARY), r.choice(VOCABULARY)
                w = (a[:r.randint(1, 5)] + b[r.randint(1, 3):])[:12]
            else:
                w = "".join(r.choice(part) for _ in range(r.randint(2, 4)) for part in SYLLABLE)
            if len(w) > 2 and w not in RESERVED_WORDS and w + "s" not in RESERVED_WORDS:
                return w

    def word(self, kind):
        """A name of a kind; in training mostly a made-up one."""
        r = self.r
        if self.split != "train" or r.random() > {"status": .4}.get(kind, .6):
            return r.choice(self.words[kind])
        w = self.made_up()
        if kind in ("name", "shop"):
            return capital(w)
        if kind == "city":
            return (r.choice(["San", "New", "Port", "Santa", "El", "Cape", capital(self.made_up())]) + " " if r.random() < .2 else "") + capital(w)
        if kind == "carrier":
            return r.choice([capital(w), capital(w), w.upper()[:r.randint(2, 4)], capital(w[:3]) + capital(self.made_up()[:3]), capital(w) + " " + capital(self.made_up())])
        if kind == "status":
            return r.choice(["", "", "on ", "in ", "at ", "partly ", "awaiting ", "with the ", "being ", "held at "]) + w + r.choice(["", " " + self.made_up()])
        if kind == "subject":
            if r.random() < .08:
                return f"orders {r.choice(['to', 'from'])} {capital(w)}"
            return r.choice(["", "", r.choice(VOCABULARY) + " ", self.made_up() + " ", self.adjective() + " "]) + w + r.choice(["s", "s", "s", "es", ""])
        return r.choice(["", "", self.made_up() + " "]) + w

    def adjective(self):
        return self.r.choice(WORDS["train"]["subject"]).split()[0].lower()

    def near(self, subject):
        """Another subject that shares a word with this one, so that half a match is no match."""
        w = subject.split()
        for _ in range(9):
            other = self.word("subject").split()
            if len(w) == 1:
                made = [self.adjective() if self.r.random() < .5 else self.made_up(), w[0]]
            elif w[0] == "orders":
                made = w[:2] + [capital(self.made_up())]
            else:
                made = [w[0], other[-1]] if self.r.random() < .5 else [other[0] if other[0] != "orders" else self.made_up(), w[-1]]
            if self.split == "train" and made != w:
                return " ".join(made)
        return self.word("subject")

    def id(self):
        r = self.r
        fill = lambda shape: "".join(r.choice(string.ascii_uppercase) if c == "A" else r.choice(string.digits) if c == "9" else c for c in shape)
        while True:
            shape = r.choice(ID_SHAPES[self.split])
            if self.split == "train" and r.random() < .4:  # any shape: what is to be learned is to copy
                shape = re.sub("--+", "-", "".join(r.choice("AA9999-") for _ in range(r.randint(4, 10)))).strip("-")
                if shape in RESERVED_SHAPES or len(shape) < 4 or "9" not in shape:
                    continue
            made = fill(shape)
            if mine(self.split, sum(map(ord, made))):
                return made

    def number(self, low, high):
        while not mine(self.split, n := self.r.randint(low, high)):
            pass
        return n

    def money(self):
        return f"{self.number(1, 900)}.{self.r.randint(0, 99):02d}"

    def amount(self):
        """An amount as an argument and as a customer writes it."""
        r = self.r
        v = r.choice([self.money, lambda: str(self.number(1, 2500)), lambda: f"{self.number(1, 99)}.{r.randint(0, 9)}0"])()
        return v, r.choice(["${}", "{} dollars", "{} euros", "{} usd", "{}", "€{}", "{} eur"]).format(v)

    def date(self):
        return f"20{self.r.randint(23, 29)}-{self.r.randint(1, 12):02d}-{self.r.randint(1, 28):02d}"

    def value(self, kind):
        n, r = self.number(2 if self.split == "train" else 10, 99), self.r  # two digits where answers are scored: "5 days" is part of "15 days"
        return {"d": f"{n} {r.choice(['days', 'days', 'business days'])}", "h": f"{n} {r.choice(['hours', 'minutes'])}", "m": f"{n} months", "p": f"{n} percent",
                "e": f"{n}.{r.randint(0, 99):02d} dollars", "n": str(n), "r": f"{n} to {n + r.randint(1, 9)} {r.choice(['days', 'business days'])}"}[kind]

    # ------------------------------------------------------------ sentences
    def shaken(self, template):
        """A training sentence with small words lost, added or moved. Frames are few and a model learns them by heart; shaken,
        they teach it to go by the words that matter, and to copy a passage instead of reciting the frame it knows."""
        r, out = self.r, []
        for w in template.split(" "):
            if w.lower() in LOOSE and r.random() < .2:
                continue
            if r.random() < .07:
                out.append(r.choice(STRAY) if r.random() < .8 else self.made_up())
            out.append(w)
        if len(out) > 3 and r.random() < .2:
            i = r.randrange(1, len(out))
            out = out[i:] + out[:i]
        elif len(out) > 3 and r.random() < .2:
            i = r.randrange(len(out) - 1)
            out[i], out[i + 1] = out[i + 1], out[i]
        return " ".join(out)

    def say(self, template, wrap=True, **slots):
        """What a customer writes: choices, opener and closer, slots, case, slips of the finger."""
        r = self.r
        text = expand(r, template)
        if self.split == "train" and r.random() < .4:
            moved = self.shaken(text)
            text = text if bare(moved) in RESERVED_FRAMES else moved
        if wrap:
            if r.random() < .5:
                text = expand(r, r.choice(OPEN[self.split])) + text
            text += expand(r, r.choice(CLOSE[self.split]))
        for kind in ("shop", "name", "city", "product"):
            slots.setdefault(kind, self.word(kind))
        slots["junk"] = self.chatter() if self.split == "train" else ""
        text = tidy(text.format(num=self.number(1000, 99999), small=r.randint(2, 9), **slots))
        if r.random() < .6:
            text = capital(text)
        if self.split == "train" and r.random() < .1:
            text = self.slip(text, slots.get("s", "").split() + slots["city"].split())
        return text

    def chatter(self):
        """A few words that mean nothing, to be passed over."""
        return " ".join(self.made_up() if self.r.random() < .5 else self.r.choice(VOCABULARY) for _ in range(self.r.randint(1, 4)))

    def slip(self, text, keep):
        """One or two typing errors in words that carry neither an id nor a name."""
        r, w = self.r, text.split(" ")
        for _ in range(r.randint(1, 2)):
            i = r.randrange(len(w)); x = w[i]
            if len(x) < 4 or any(c.isdigit() or c.isupper() for c in x) or x.strip(",.?!") in keep:
                continue
            j = r.randrange(1, len(x) - 1)
            w[i] = r.choice([x[:j] + x[j + 1:], x[:j] + x[j] + x[j:], x[:j] + x[j + 1] + x[j] + x[j + 2:]])
        return " ".join(w)

    def tool_template(self, tool):
        """A frame that asks for a tool: a whole sentence, or a purpose inside a general one."""
        r, own = self.r, TOOLS[tool][self.split]
        kind = r.choice(["say", "say", "do", "get", "np"])
        text = expand(r, r.choice(own[kind]))
        return text if kind == "say" else expand(r, r.choice(WRAP[kind][self.split])).replace("{z}", text)

    def order_name(self, given=True):
        text = expand(self.r, "[my |the |our |this ||][order|order|order|purchase]")
        return text + expand(self.r, "[ | | | number | no. | #]") + "{id}" if given else text if text.split()[0] in ("my", "our", "the") else "my " + text.split()[-1]

    def parcel_name(self, given=True):
        text = expand(self.r, "[my |the |this ||][parcel|package|shipment|box]")
        return text + expand(self.r, "[ | | | number | no. ]") + "{id}" if given else text if text.split()[0] in ("my", "the") else "my " + text.split()[-1]

    def policy_question(self, topic, subject):
        r = self.r
        if r.random() < .55:
            template = r.choice(POLICY[topic]["ask"][self.split])
        else:
            template = expand(r, r.choice(RULES[self.split])).replace("{z}", r.choice(POLICY[topic]["term"][self.split]))
        return self.say(template, s=subject)

    def fact(self, topic, subject):
        """A sentence that states a policy, and its value."""
        r, v = self.r, self.value(POLICY[topic]["kind"])
        if self.split != "train":
            return r.choice(POLICY[topic]["facts"][self.split]).format(s=subject, S=capital(subject), v=v), v
        while True:
            if r.random() < .3:
                template = expand(r, r.choice(FACT_RULES)).replace("{z}", r.choice(POLICY[topic]["term"]["train"]))
            else:
                template = expand(r, r.choice(POLICY[topic]["facts"]["train"]))
            template = template.replace("{S}", "{s}").replace("{V}", "{v}")
            if r.random() < .45:
                template = self.shaken(template[:1].lower() + template[1:-1]) + "."
            if bare(template) not in RESERVED_FRAMES:
                break
        return tidy(capital(template.format(s=subject, v=v))), v

    def passage(self, topic, subject, taken, pool=None, sentence=None):
        """A passage around one fact: alone, or beside a second fact or a sentence that states none."""
        r = self.r
        parts = [sentence or self.fact(topic, subject)[0]]
        taken.add((topic, subject))
        if r.random() < .3:
            other = (r.choice(list(POLICY)), subject) if pool is None or r.random() < .7 else pool()
            if other not in taken:
                taken.add(other)
                parts.insert(r.randint(0, 1), self.fact(*other)[0])
        if r.random() < .15:
            parts.append(capital(self.chatter()) + "." if self.split == "train" and r.random() < .4 else r.choice(FILLER[self.split]))
        return " ".join(parts)

    # ------------------------------------------------------------ conversations, as the decoder is trained on them
    def passages(self, n, taken, pool):
        """Up to n passages that state nothing of `taken`."""
        out = []
        for _ in range(n):
            topic, subject = pool()
            if (topic, subject) not in taken:
                out.append(self.passage(topic, subject, taken, pool))
        return out

    def start(self, docs):
        r = self.r
        head = [] if r.random() < .15 else [("sys", r.choice(SYSTEMS).format(shop=self.word("shop")))]
        return head + [("doc", d) for d in docs]

    def policy(self, known=True):
        """A policy question among passages that share its topic or its subject, as retrieval finds them."""
        r, subject, topic = self.r, self.word("subject"), self.r.choice(list(POLICY))
        def pool():
            k = r.random()
            if k < .35: return topic, self.word("subject")
            if k < .70: return r.choice(list(POLICY)), subject
            if k < .85: return topic, self.near(subject)
            return r.choice(list(POLICY)), self.near(subject) if r.random() < .3 else self.word("subject")
        n = r.choices([0, 1, 2, 3, 4, 5], [3, 5, 8, 14, 55, 15])[0]
        taken, answer = {(topic, subject)}, UNKNOWN
        if known:
            answer, _ = self.fact(topic, subject)
            docs = [self.passage(topic, subject, taken, pool, answer)] + self.passages(max(n - 1, 0), taken, pool)
            r.shuffle(docs)
        else:
            docs = self.passages(n, taken, pool)
        return self.start(docs) + [("user", self.policy_question(topic, subject)), ("asst", answer)]

    def beside(self, related):
        """The passages that retrieval puts before a question that needs none."""
        r, subjects = self.r, [self.word("subject") for _ in range(2)]
        pool = lambda: (r.choice(related if r.random() < .6 else list(POLICY)), r.choice(subjects) if r.random() < .3 else self.word("subject"))
        return self.passages(r.choices([0, 1, 2, 3, 4, 5], [15, 3, 4, 8, 60, 10])[0], set(), pool)

    def entry(self, noun):
        """A parcel or an order of the shop."""
        if noun == "parcel":
            return dict(location=self.word("city"), carrier=self.word("carrier"), date=self.date())
        return dict(status=self.word("status"), carrier=self.word("carrier"), date=self.date(), total=self.money(), fee=f"{self.number(0, 30)}.{self.r.randint(0, 99):02d}",
                    refund_date=self.date(), label=self.id(), label_date=self.date(), invoice=self.id(), cancellable=self.r.choice(["yes", "no"]))

    def tool_question(self, tool, key, missing=None):
        """A question that needs a tool, the arguments of its call, and the text of each argument; `missing` is left out."""
        r, noun = self.r, TOOLS[tool]["args"][0]
        (amount, amount_text), city = self.amount(), self.word("city")
        while True:
            template = self.tool_template(tool)
            if missing == noun and "{id}" in template:  # a frame that cannot do without the number
                continue
            if missing in ("amount", "city") and template.count("{amt}" if missing == "amount" else "{city}") != 1:
                continue
            break
        name = {"parcel": self.parcel_name, "order": self.order_name}[noun](missing != noun)
        template = template.replace("{o}", name).replace("{p}", name)
        slots = dict(id=key, amt=amount_text, city=city)
        if missing == "amount": slots["amt"] = r.choice(["the money", "something", "some money", "my money", "the cost", "the price"])
        if missing == "city": slots["city"] = r.choice(["another city", "a new address", "my new home", "my new place", "a different address"])
        values = {noun: key, "amount": amount, "city": city}
        texts = {noun: key, "amount": amount_text, "city": city}
        return self.say(template, **slots), {a: values[a] for a in TOOLS[tool]["args"]}, texts

    def order(self, missing=None):
        """A request that needs a tool; with `missing` ('id', 'amount', 'city') one argument is asked for first."""
        r = self.r
        tool = r.choice([t for t in TOOLS if missing in (None, "id") or missing in TOOLS[t]["args"]])
        noun, key = TOOLS[tool]["args"][0], self.id()
        gap = noun if missing == "id" else missing
        question, arguments, texts = self.tool_question(tool, key, gap)
        turns = self.start(self.beside(TOOLS[tool]["related"])) + [("user", question)]
        if missing:
            turns += [("asst", ASK[gap]), ("user", self.say(r.choice(REPLY[self.split]), wrap=r.random() < .3, x=texts[gap]))]
        shop = {"orders": {}, "parcels": {}}
        if r.random() > .1:
            shop[noun + "s"][key] = self.entry(noun)
        result = run_tool(tool, arguments, shop)
        return turns + [("asst", call_text(tool, arguments)), ("tool", json.dumps(result, ensure_ascii=False)), ("asst", report(tool, result))]

    def small(self):
        answer, _, frames = self.r.choice(SMALL)
        text = self.say(self.r.choice(frames[self.split]), wrap=self.r.random() < .3)
        return self.start(self.beside(list(POLICY))) + [("user", text), ("asst", answer)]

    def conversation(self):
        k = self.r.random()
        if k < .27: return self.order()
        if k < .33: return self.order("id")
        if k < .36: return self.order("amount")
        if k < .39: return self.order("city")
        if k < .84: return self.policy()
        if k < .93: return self.policy(False)
        return self.small()

    # ------------------------------------------------------------ a shop with its questions, as the library is scored on it
    def shop(self, questions=400, topics=7):
        """Policies, data and questions of one shop. Every topic of a policy is asked; a fifth of the subjects has none."""
        r = self.r
        subjects = list(self.words["subject"]); r.shuffle(subjects)
        absent, present = subjects[:len(subjects) // 5], subjects[len(subjects) // 5:]
        taken, passages, known = set(), [], []
        for subject in present:
            for topic in r.sample(list(POLICY), topics):
                if (topic, subject) in taken:
                    continue
                sentence, v = self.fact(topic, subject); taken.add((topic, subject)); parts = [(topic, v, sentence)]
                if r.random() < .25 and (other := r.choice(list(POLICY)), subject) not in taken:
                    taken.add((other, subject)); more, w = self.fact(other, subject); parts.append((other, w, more))
                text = " ".join(p[2] for p in parts) + (" " + r.choice(FILLER[self.split]) if r.random() < .15 else "")
                passages.append(text)
                known += [(t, subject, v, text) for t, v, _ in parts]
        r.shuffle(passages)
        ids = {text: f"p{i + 1:03d}" for i, text in enumerate(passages)}
        data = {"shop": self.words["shop"][0], "orders": {self.id(): self.entry("order") for _ in range(80)}, "parcels": {self.id(): self.entry("parcel") for _ in range(40)}}
        out, seen = [], set()
        def add(kind, question, tool=None, arguments=None, contains=(), passage=None, unanswerable=False):
            if question.lower() in seen:
                return False
            seen.add(question.lower())
            out.append(dict(id="", kind=kind, question=question, expectTool={"name": tool, "arguments": arguments} if tool else None,
                            expectAnswer={"contains": list(contains)}, passage=passage, unanswerable=unanswerable))
            return True
        def fill(share, draw):
            done = 0
            while done < round(share * questions):
                done += draw(done)
        def tool(i):
            name = list(TOOLS)[i % len(TOOLS)]
            noun = TOOLS[name]["args"][0]
            key = self.id() if r.random() < .06 else r.choice(list(data[noun + "s"]))
            question, arguments, _ = self.tool_question(name, key)
            result = run_tool(name, arguments, data)
            return add("tool", question, name, arguments, facts_of(result) if "error" not in result else ["could not find", key])
        def policy(i):
            topic, subject, v, text = r.choice(known)
            return add("policy", self.policy_question(topic, subject), contains=[v], passage=ids[text])
        def unknown(i):
            while True:
                topic, subject = r.choice(list(POLICY)), r.choice(present if i % 2 else absent)
                if (topic, subject) not in taken:
                    return add("unanswerable", self.policy_question(topic, subject), contains=["could not find that"], unanswerable=True)
        def missing(i):
            name = list(TOOLS)[i % len(TOOLS)]
            noun = TOOLS[name]["args"][0]
            return add("missing-id", self.tool_question(name, "", noun)[0], contains=["order number" if noun == "order" else "tracking number"])
        def small(i):
            _, contains, frames = SMALL[i % len(SMALL)]
            return add("small-talk", self.say(r.choice(frames[self.split])), contains=contains)
        for share, draw in ((.45, tool), (.35, policy), (.08, unknown), (.07, missing), (.05, small)):
            fill(share, draw)
        r.shuffle(out)
        for i, q in enumerate(out):
            q["id"] = f"q{i + 1:03d}"
        return [{"id": ids[p], "text": p} for p in passages], data, out


def write_shop(split, folder, seed, questions=400):
    policies, data, asked = World(split, seed).shop(questions)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "policies.jsonl"), "w") as f:
        f.writelines(json.dumps(p, ensure_ascii=False) + "\n" for p in policies)
    with open(os.path.join(folder, "shop.json"), "w") as f:
        json.dump(data, f, indent=1, ensure_ascii=False); f.write("\n")
    with open(os.path.join(folder, "questions.jsonl"), "w") as f:
        f.writelines(json.dumps(q, ensure_ascii=False) + "\n" for q in asked)
    print(f"{folder}: {len(policies)} passages, {len(asked)} questions")


def frames_of(split):
    """Every frame of a split, by its place in the grammar."""
    out = {("wrap", k): WRAP[k][split] for k in WRAP} | {("rules",): RULES[split], ("open",): OPEN[split], ("close",): CLOSE[split], ("filler",): FILLER[split]}
    for t in TOOLS:
        out |= {("tool", t, k): v for k, v in TOOLS[t][split].items()}
    for t in POLICY:
        out |= {(kind, t): POLICY[t][kind][split] for kind in ("facts", "ask", "term")}
    return out | {("small", i): s[2][split] for i, s in enumerate(SMALL)}

def branches(template):
    """All sentences of a template."""
    m = re.search(r"\[([^\[\]]*)\]", template)
    return [bare(template)] if not m else [x for b in m.group(1).split("|") for x in branches(template[:m.start()] + b + template[m.end():])]

def check():
    vocabulary = lambda split: {w for frames in frames_of(split).values() for f in frames for w in re.findall(r"[a-z']+", re.sub(r"\{\w+\}", " ", f.lower()))}
    trained, wrong = frames_of("train"), 0
    for split in ("dev", "heldout"):
        unknown = vocabulary(split) - vocabulary("train")
        same = [(k, f) for k, frames in frames_of(split).items() if k != ("close",) for f in frames for x in branches(f) if any(x in branches(t) for t in trained[k])]
        names = {k: set(v) & set(WORDS["train"][k]) for k, v in WORDS[split].items() if set(v) & set(WORDS["train"][k])}
        print(f"{split}: words that train lacks: {sorted(unknown)}; frames that train has: {same}; names that train has: {names}")
        wrong += len(unknown) + len(same) + len(names)
    both = [(k, f) for k, frames in frames_of("heldout").items() if k != ("close",) for f in frames if f in frames_of("dev")[k]]
    print(f"frames shared by dev and heldout: {both}")
    sys.exit(1 if wrong or both else 0)


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["show", "train", "5"]
    if command == "check":
        check()
    elif command == "shop":
        write_shop(rest[0], rest[1], {"dev": 101, "heldout": 202}.get(rest[0], 1), int(rest[2]) if len(rest) > 2 else 400)
    else:
        world = World(rest[0], int(rest[2]) if len(rest) > 2 else 0)
        for _ in range(int(rest[1])):
            print("\n".join(f"{role:5}| {text}" for role, text in world.conversation()), "\n")
