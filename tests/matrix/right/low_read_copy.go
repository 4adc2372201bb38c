// Copies the file to standard output with io.Copy.
// exercise: low_read
package main

import (
	"fmt"
	"io"
	"os"
)

func printFile() error {
	file, err := os.Open("data.txt")
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(os.Stdout, file)
	return err
}

func main() {
	if err := printFile(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
