"""English quotes by rule, through `qawl suggest`: each kind on sentences of no article, with near misses.

They were written since articles that nobody had read lacked these kinds.
"""

import pytest

import corpora

CASES = {
    # A name with its office is one source; an age, a clause about it or words on when are no office.
    "“We had no warning,” said Maria Finch, the hospital's chief nurse.": [
        ("“We had no warning,”", "said", "Maria Finch, the hospital's chief nurse", None)],
    "“We had no warning,” said Maria Finch, chair of the parents' group.": [
        ("“We had no warning,”", "said", "Maria Finch, chair of the parents' group", None)],
    "Maria Finch, of the Rural Trust, warned that the bill would fail.": [
        ("that the bill would fail", "warned", "Maria Finch, of the Rural Trust", None)],
    "In March its editor, Omar Diaz, announced that the paper would close.": [
        ("that the paper would close", "announced", "its editor, Omar Diaz", None)],
    "“We had no warning,” said Maria Finch, a baker who lives nearby.": [
        ("“We had no warning,”", "said", "Maria Finch", None)],
    "“We had no warning,” said Maria Finch, 44.": [("“We had no warning,”", "said", "Maria Finch", None)],
    "“We had no warning,” said Maria Finch, the day after the flood.": [
        ("“We had no warning,”", "said", "Maria Finch", None)],
    "“We had no warning,” said Maria Finch, speaking in Leeds.": [
        ("“We had no warning,”", "said", "Maria Finch", None)],
    # Whom it is told ends where the subject of what is told begins.
    "The firm told a press conference the plant would reopen in May.": [
        ("the plant would reopen in May", "told", "The firm", "a press conference")],
    "The minister told MPs the scheme had cost twice as much.": [
        ("the scheme had cost twice as much", "told", "The minister", "MPs")],
    "Officers told the inquest Mr Hale had been warned twice.": [
        ("Mr Hale had been warned twice", "told", "Officers", "the inquest")],
    "He told me the boat was sold.": [("the boat was sold", "told", "He", "me")],
    "She told the news agency Reuters that nobody was hurt.": [
        ("that nobody was hurt", "told", "She", "the news agency Reuters")],
    "The agency warned tourists against driving at night.": [
        ("against driving at night", "warned", "The agency", "tourists")],
    "The coach warned his players against complacency.": [],
    # Verbs that only a clause makes verbs of saying, questions, and what is read.
    "The officer accepted that the notes were incomplete.": [
        ("that the notes were incomplete", "accepted", "The officer", None)],
    "The officer accepted the award and went home.": [],
    "The family has written to the regulator asking whether the ferry was inspected.": [
        ("whether the ferry was inspected", "asking", "The family", "the regulator")],
    "A man from Hull wanted to know if his passport was valid.": [
        ("if his passport was valid", "wanted to know", "A man from Hull", None)],
    "Asked if the talks had failed, he said they were going well.": [
        ("if the talks had failed", "Asked", None, "he"), ("they were going well", "said", "he", None)],
    "Rents rose by 9% last year, official figures show.": [
        ("Rents rose by 9% last year", "show", "official figures", None)],
    "A poster on the door reads: “Closed until further notice.”": [
        ("“Closed until further notice.”", "reads", "A poster on the door", None)],
    "He called the plan “a waste of everybody's money”.": [
        ("the plan “a waste of everybody's money”", "called", "He", None)],
    "They called their boat “The Lady Grey”.": [],
    # The words of the reporter in the middle, and about a noun.
    "It was never agreed, the lawyer said, that the house would be sold.": [
        ("It was never agreed", "said", "the lawyer", None),
        ("that the house would be sold", None, None, None)],
    "The old bridge, he reckons, would last another decade.": [
        ("The old bridge", "reckons", "he", None), ("would last another decade", None, None, None)],
    "The storm cut power to thousands, the grid said, in the worst outage since 1987.": [
        ("The storm cut power to thousands", "said", "the grid", None)],
    "The school is full and, parents say, has no nurse.": [("has no nurse", "say", "parents", None)],
    "Police are looking for a man who witnesses say fled on a bicycle.": [
        ("fled on a bicycle", "say", "witnesses", None)],
    "He owns a yacht which, prosecutors said, was bought with stolen money.": [
        ("was bought with stolen money", "said", "prosecutors", None)],
    "She insisted, however, that the club would survive.": [
        ("that the club would survive", "insisted", "She", None)],
    # Quotes between quotation marks.
    "“We were told the clinic would stay open,” said Ann Lee.": [
        ("“We were told the clinic would stay open,”", "said", "Ann Lee", None),
        ("the clinic would stay open", "told", None, "We")],
    "“My uncle rang me. He said, ‘Go home and lock the door.’”": [
        ("“My uncle rang me. He said, ‘Go home and lock the door.’”", None, None, None),
        ("‘Go home and lock the door.’", "said", "He", None)],
    "“Whoever claims that is lying to you,” Ann Lee told the court.": [
        ("“Whoever claims that is lying to you,”", "told", "Ann Lee", "the court")],
    # Where and when something was said, in whose words, and where it ends.
    "By his own account, Mr Hale slept through the storm.": [
        ("Mr Hale slept through the storm", "account", "his", None)],
    "The verger said the bell rang at 11:45 a.m. and again at noon.": [
        ("the bell rang at 11:45 a.m. and again at noon", "said", "The verger", None)],
    "The ministry said in a statement posted on Telegram that two drones had been shot down.": [
        ("that two drones had been shot down", "said", "The ministry", None)],
    "In a letter to the board Finch wrote that she was leaving.": [
        ("that she was leaving", "wrote", "Finch", "the board")],
    "The league said that nobody was hurt, a claim that the players dispute.": [
        ("that nobody was hurt", "said", "The league", None)],
    "The body had been found in a ditch.": [],
    "The dog, which was wearing a coat, said nothing.": [],
    # A second verb of the reporter, and one inside what is said that is no verb of saying there.
    "Ana Ortiz pledged to rebuild by spring and told crowds gathered in a stadium that she “will not forget”.": [
        ("to rebuild by spring", "pledged", "Ana Ortiz", None),
        ("that she “will not forget”", "told", "Ana Ortiz", "crowds gathered in a stadium")],
    "The jury heard that he lost his keys and found that his car had gone.": [
        ("that he lost his keys and found that his car had gone", "heard", None, "The jury")],
    "The owners were ready to sell but had not told the staff.": [],
    "The minister said that “no stone will be left unturned,” but offered no details.": [
        ("that “no stone will be left unturned,”", "said", "The minister", None)],
    "Fans' group Blue Tide issued a statement saying that ticket prices were “an insult”.": [
        ("that ticket prices were “an insult”", "saying", "Fans' group Blue Tide", None)],
    # Subjects: behind a phrase, with nouns that are verbs elsewhere, with a number.
    "Outside court he said: “I just want my sheep back.”": [
        ("“I just want my sheep back.”", "said", "he", None)],
    "A report by the ombudsman found that one in five complaints was never answered.": [
        ("that one in five complaints was never answered", "found", "A report by the ombudsman", None)],
    "A survey of 2,000 adults found most would pay more for cleaner water.": [
        ("most would pay more for cleaner water", "found", "A survey of 2,000 adults", None)],
    "The court found the man guilty and jailed him for nine years.": [],
    "A letter signed by 40 academics says the university has “lost its way”.": [
        ("the university has “lost its way”", "says", "A letter signed by 40 academics", None)],
    "Petrie points out that the trial lasted only six weeks.": [
        ("that the trial lasted only six weeks", "points out", "Petrie", None)],
    "“We are being disciplined,” Sandoval told analysts, according to a transcript.": [
        ("“We are being disciplined,”", "told", "Sandoval", "analysts")],
    "But the union's leader, Mick Doyle, said: “Nobody asked us at all.”": [
        ("“Nobody asked us at all.”", "said", "the union's leader, Mick Doyle", None)],
    "Last month a committee of the senate concluded that the licence was void.": [
        ("that the licence was void", "concluded", "a committee of the senate", None)],
    "The Rural Roads Agency (RRA) on Monday said that the road would reopen.": [
        ("that the road would reopen", "said", "The Rural Roads Agency", None)],
    "Bosses at the firm – which employs 300 people – said they had no choice.": [
        ("they had no choice", "said", "Bosses at the firm", None)],
    "He further said that the people would answer.": [("that the people would answer", "said", "He", None)],
    "Among those at the rally was Hope Adu, who runs a shop and says trade has halved.": [
        ("trade has halved", "says", "Hope Adu", None)],
    "A nurse, who asked not to be named, said the ward was full.": [
        ("the ward was full", "said", "A nurse", None)],
    # Clauses about others end at their comma, and a question is asked behind its marks.
    "When I asked her why she stayed, she shrugged.": [("why she stayed", "asked", "I", "her")],
    "Hale, who denies the charge, told police he had borrowed the cash.": [
        ("he had borrowed the cash", "told", "Hale", "police")],
    "Asked by the BBC whether he would resign, Doyle laughed.": [
        ("whether he would resign", "Asked", "the BBC", "Doyle")],
    "“Angry about what?” I asked.": [("“Angry about what?”", "asked", "I", None)],
    "“Is it safe to cross?” The minister said it was.": [
        ("“Is it safe to cross?”", None, None, None), ("it was", "said", "The minister", None)],
    "Mill owners deny this, saying the water is safe.": [
        ("the water is safe", "saying", "Mill owners", None)],
    "Rights groups say the state is to blame, a charge the government denies.": [
        ("the state is to blame", "say", "Rights groups", None)],
    "By the time help came, she says, the child was cold.": [
        ("By the time help came", "says", "she", None), ("the child was cold", None, None, None)],
    "The officer who resigned after the riot said he was sorry.": [
        ("he was sorry", "said", "The officer who resigned after the riot", None)],
    "Bell, who came on Sunday, tweeted that he was “heartbroken”.": [
        ("that he was “heartbroken”", "tweeted", "Bell", None)],
    "One in ten children is obese, figures from the ministry show.": [
        ("One in ten children is obese", "show", "figures from the ministry", None)],
    "“You can't put a price on it,” as one collector told me.": [
        ("“You can't put a price on it,”", "told", "one collector", "me")],
    "“It's like a second home,” she laughs.": [("“It's like a second home,”", "laughs", "she", None)],
    "When the boat tipped over, she laughed.": [],
    "MP Tom Yates said: “My thoughts are with them,” adding that he would call for change.": [
        ("“My thoughts are with them,”", "said", "MP Tom Yates", None),
        ("that he would call for change", "adding", "MP Tom Yates", None)],
    "His agent says only that “talks are ongoing”.": [
        ("that “talks are ongoing”", "says", "His agent", None)],
    "Ann Lee, the editor, and Tom Hill, her deputy, said the paper would close.": [
        ("the paper would close", "said", "Ann Lee, the editor, and Tom Hill, her deputy", None)],
    "The bank raised rates, and its governor, Ann Lee, said that prices would fall.": [
        ("that prices would fall", "said", "its governor, Ann Lee", None)],
    "The rumours, he said later, were nonsense.": [
        ("The rumours", "said", "he", None), ("were nonsense", None, None, None)],
    "The mayor, who the press say is ill, stayed at home.": [("is ill", "say", "the press", None)],
    "He claimed the prize on Monday and flew home.": [],
    "He said a few words and sat down.": [],
    "If a man tells you that he is from the bank, hang up.": [],
    # Who says it at either end of the sentence, brackets, numbers and programmes.
    "The suspect told officers he heard voices, a source told AFP.": [
        ("The suspect told officers he heard voices", "told", "a source", "AFP"),
        ("he heard voices", "told", "The suspect", "officers")],
    "Nurses will strike next month, the Royal College of Nursing (RCN) has announced.": [
        ("Nurses will strike next month", "announced", "the Royal College of Nursing", None)],
    "The strike is a last resort, said the union's head, Pat Cole, who accused ministers of lying.": [
        ("The strike is a last resort", "said", "the union's head, Pat Cole", None),
        ("ministers of lying", "accused", "the union's head, Pat Cole", None)],
    "Most nurses have thought of leaving, according to a survey of 9,000 staff.": [
        ("Most nurses have thought of leaving", "according to", "a survey of 9,000 staff", None)],
    "“They said no,” Cole told the BBC's Today programme.": [
        ("“They said no,”", "told", "Cole", "the BBC's Today programme")],
    "The bakery opened in 1921, and, according to lore, never closed during the war.": [
        ("never closed during the war", "according to", "lore", None)],
    "The staff were told, and the mayor, a baker, wept.": [],
    "The president called on mayors not to wait.": [("not to wait", "called on", "The president", "mayors")],
    "Mr Webb promised collections would be back to normal.": [
        ("collections would be back to normal", "promised", "Mr Webb", None)],
    "The firm promised customers refunds within a month.": [],
    "The foreign ministry said Cairo “rejects any such plan”.": [
        ("Cairo “rejects any such plan”", "said", "The foreign ministry", None)],
    "A spokesman said the strike had hit a depot, without providing evidence.": [
        ("the strike had hit a depot", "said", "A spokesman", None)],
    # A piece goes on with the quote outside, not with the speech within it.
    "“My client was told he had 28 days,” she told the court. “He was given nine.”": [
        ("“My client was told he had 28 days,”", "told", "she", "the court"),
        ("he had 28 days", "told", None, "My client"),
        ("“He was given nine.”", None, None, None)],
    # A second verb of saying begins another quote, with or without `that`; `but that` goes on with the first.
    "The firm argued that the loan was legal and insisted every penny had been repaid.": [
        ("that the loan was legal", "argued", "The firm", None),
        ("every penny had been repaid", "insisted", "The firm", None)],
    # `no` opens a clause like other words of amount: YAML read it in the list as false.
    "The firm argued that the loan was legal and insisted no money had been lost.": [
        ("that the loan was legal", "argued", "The firm", None),
        ("no money had been lost", "insisted", "The firm", None)],
    "The firm admitted no fault.": [],
    "The mayor ordered the school to close and promised that it would reopen.": [
        ("to close", "ordered", "The mayor", "the school"),
        ("that it would reopen", "promised", "The mayor", None)],
    "The force said it respected the verdict, but that the work had been thorough.": [
        ("it respected the verdict, but that the work had been thorough", "said", "The force", None)],
    "The owner said 80 jobs depended on the line and described its loss as “a kick in the teeth”.": [
        ("80 jobs depended on the line", "said", "The owner", None),
        ("“a kick in the teeth”", "described", "The owner", None)],
    "A spokesman for Kelly dismissed the claim as “simply wrong”.": [
        ("“simply wrong”", "dismissed", "A spokesman for Kelly", None)],
    "He condemned the road as too narrow.": [],
    # What somebody did, where a verb goes with it; a noun in -ing is no deed.
    "Doctors proposed closing the ward at night.": [
        ("closing the ward at night", "proposed", "Doctors", None)],
    "In his evidence Cole admitted keeping no records.": [("keeping no records", "admitted", "Cole", None)],
    "The bank denied funding for the bridge.": [],
    # Whom it is told with the phrase behind them, how and where it was said.
    "The minister urged members of all parties to back the bill.": [
        ("to back the bill", "urged", "The minister", "members of all parties")],
    "The village chief told the paper by telephone that the slope had cracked.": [
        ("that the slope had cracked", "told", "The village chief", "the paper")],
    "The company said in a statement Friday it would appeal.": [
        ("it would appeal", "said", "The company", None)],
    "The inquest heard Mr Lowe had been drinking.": [
        ("Mr Lowe had been drinking", "heard", None, "The inquest")],
    "The inquest heard evidence from six doctors.": [],
    "The pier will reopen in May, hydrologists caution.": [
        ("The pier will reopen in May", "caution", "hydrologists", None)],
    "The plant will grow, per Ann Cole.": [("The plant will grow", "per", "Ann Cole", None)],
    "The plant will grow by 3, per cent points aside.": [],
    # Who is named behind a verb, whole; who is named before it, behind `but`, and in two parts.
    "“This has to stop,” said a spokesman for the council.": [
        ("“This has to stop,”", "said", "a spokesman for the council", None)],
    "“This has to stop,” said the head of the union on Monday.": [
        ("“This has to stop,”", "said", "the head of the union", None)],
    "“This has to stop,” said one of the passengers, Maria Finch.": [
        ("“This has to stop,”", "said", "one of the passengers, Maria Finch", None)],
    "“This has to stop,” said a doctor at the clinic who treated him.": [
        ("“This has to stop,”", "said", "a doctor at the clinic", None)],
    "“This has to stop,” said Finch in Paris.": [("“This has to stop,”", "said", "Finch", None)],
    "“This has to stop,” said a spokeswoman in a statement.": [
        ("“This has to stop,”", "said", "a spokeswoman", None)],
    "But Dr Ann Bell, a virologist at the clinic, said the data were thin.": [
        ("the data were thin", "said", "Dr Ann Bell, a virologist at the clinic", None)],
    "The illness could spread, the ministry's spokesman, Karl Benn, told reporters on Monday.": [
        ("The illness could spread", "told", "the ministry's spokesman, Karl Benn", "reporters")],
    "The council, said Mr Cole, had failed.": [
        ("The council", "said", "Mr Cole", None), ("had failed", None, None, None)],
    # A verb in the plural of a body of several people, and one behind `while`.
    "The team suggest the stone was moved by ice.": [
        ("the stone was moved by ice", "suggest", "The team", None)],
    "The bank repeated that growth would slow, while warning that prices would rise.": [
        ("that growth would slow", "repeated", "The bank", None),
        ("that prices would rise", "warning", "The bank", None)],
    # What somebody urges behind a comma, and a post that its ministry or a lower one is part of.
    "The council closed the road, urging drivers to use the bypass.": [
        ("to use the bypass", "urging", "The council", "drivers")],
    "“It will open in May,” said Omar Diaz, Undersecretary at the Ministry of Energy.": [
        ("“It will open in May,”", "said", "Omar Diaz, Undersecretary at the Ministry of Energy", None)],
    "A man accused of taking £90,000 left the dock as the court cleared him.": [],
    # No preposition, part of the day or conjunction belongs to who says it.
    "The ruling was welcomed by campaigners, who said it would save lives.": [
        ("it would save lives", "said", "campaigners", None)],
    "On Monday night a source said the deal was done.": [("the deal was done", "said", "a source", None)],
    "When asked whether he regretted it, Cole replied: “Not at all.”": [
        ("whether he regretted it", "asked", None, "Cole"), ("“Not at all.”", "replied", "Cole", None)],
    "Critics dubbed the plan “a waste of money”.": [
        ("the plan “a waste of money”", "dubbed", "Critics", None)],
    "The mayor declared that the city was safe.": [
        ("that the city was safe", "declared", "The mayor", None)],
}  # fmt: skip


@pytest.fixture(scope="module")
def suggested(tmp_path_factory):
    """(content, cue, source, addressee) of each content that `qawl suggest` finds, by article."""
    found = corpora.suggested(tmp_path_factory.mktemp("english"), "quote", CASES)
    return {text: parts(made) for text, made in found.items()}


def parts(record):
    spans = {each["id"]: each for each in record["spans"]}
    heads = [each for each in record["spans"] if each["label"] == "CONTENT"]
    joined = {
        (each["from"], spans[each["to"]]["label"]): spans[each["to"]]
        for each in record["relations"]
    }

    def surface(span):
        return span and span["text"]

    return [
        (
            surface(head),
            *(surface(joined.get((head["id"], n))) for n in ("CUE", "SOURCE", "ADDRESSEE")),
        )
        for head in sorted(heads, key=lambda each: (each["start"], -each["end"]))
    ]


@pytest.mark.parametrize("text", CASES)
def test_who_says_what_to_whom(suggested, text):
    assert suggested[text] == CASES[text]
