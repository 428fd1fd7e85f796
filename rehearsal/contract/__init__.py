"""Discord's own description of its REST interface: fields, types and limits of requests and answers."""
