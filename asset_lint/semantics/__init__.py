"""
What the names of a project mean. Read the modules in this order.

From a tree to facts: ``facts``, ``extract``, ``builder``, ``names``, ``statements``, ``expressions``, ``definitions``,
``annotations``, ``patterns``, ``conditions``, ``narrowing``.

From facts to values: ``values``, ``program``, ``evaluate``, ``modules``, ``namespaces``, ``classes``, ``members``,
``stores``, ``objects``, ``calls``, ``parameters``, ``containers``, ``makers``, ``library``, ``typeforms``.

From values to what is of interest: ``guards``, ``sites``, ``handover``, ``receiving``, ``elements``, ``words``,
``copying``, ``copied``, ``links``, ``weights``, ``owners``, ``reach``, ``blindspots``.

What is written and what is kept: ``called``, ``serializers``, ``holding``, ``written``, ``caching``, ``memoizing``,
``fills``, ``lasting``, ``kept``, ``provenance``, ``spots``.
"""
