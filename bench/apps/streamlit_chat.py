"""A streaming chat in Streamlit, after its chat tutorial."""

import reply
import streamlit as st

if "messages" not in st.session_state:
    st.session_state.messages = []
for message in st.session_state.messages:
    with st.chat_message(message["role"]):
        st.markdown(message["content"])
if prompt := st.chat_input("message"):
    st.session_state.messages.append({"role": "user", "content": prompt})
    with st.chat_message("user"):
        st.markdown(prompt)
    command, (count, rate, number) = reply.parse(prompt)
    if command == "rows":
        said = enumerate(reply.history(count, number))
        st.session_state.messages += [
            {"role": ("user", "assistant")[i % 2], "content": text} for i, text in said
        ]
        st.rerun()
    with st.chat_message("assistant"):
        text = st.write_stream(reply.paced_sync(reply.tokens(count, number), rate))
    st.session_state.messages.append({"role": "assistant", "content": text})
