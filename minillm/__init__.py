"""The mini-LLM of the course: each module is an assignment's answer key.

01  corpus texts yardstick ngram       texts, bits per byte, counting
    mixture                            several models as one
02  bpe pretokenizer tokenizer         merges, cutting a text, both together
    tokenizer_file                     tokenizer.json
03  word2vec cbow sgns pmi             vectors of words, by three roads
    lexicon vectors relations          the words, their table, what it knows
04  rnn recurrent                      cells step by step, and as layers
05  elmo probe                         vectors in context, what they know
    senses states                      homonyms, vectors of their tokens
06  attention cache                    attention, masks; what was read before
    recall                             what takes one layer, what takes two
07  config layers embedding            the settings, the parts
    transformer initialisation         the model, its first weights
    arguments stream                   what it can be given, what it writes
08  architectures tasks                the five rows; what they predict
    likelihood kinds                   what a text costs, four kinds
09  network                            what all that learns has in common
    training                           all of it in plain functions
    losses optimizers muon             what is minimised, and how
    batches objectives recipe trainer  a run: its data, its aim, its settings
    finite checkpoint log flops        its alarms, its files, what it costs
    language_model windows             a trained model on the yardstick
10  decoding generation beam           the next token, a text, the best text
    reader stateful detokenizer        what was read, pieces of text
    fast_decoding                      one more token, as fast as can be
    weights pretrained wordpiece       models of others
    gguf gguf_settings quantization    their files, weights in few bits
    adapters                           a few weights beside others
    export                             a model in a file that a page runs
11  scaling laws allocation            how loss falls, and what to buy
    sweep                              the runs
12  finetuning tuning soft_prompts     a task, taught with few weights
    asking chat four_bit               what is asked, answers, frozen weights
13  editing tracing edits              a fact: found, changed, and what else
    rivals questions gazette           other ways, the judge, a world of facts
    landmarks                          facts of a model that others trained
14  assembly pieces trials             one's own functions, judged and counted
    afterwards assemble                the model of them, adapted, edited
    packing windowed published web     one file, long texts, other programs
    origin                             from whose seed a model began
    storyland                          a world whose entropy is known
    ladder figures                     what the book shows
    places                             where the files of the course are
    checking                           what assignments' checks share

Shape letters, the same in formulas, docstrings and code:

    B batch       T time (tokens)    C channels     S tokens of a source,
    H heads       D head size        V vocabulary     or all that were read
    U distinct n-grams of one order
"""
